/** Plain, for screen and paper; system fonts only. */
export const STYLE = `
:root { color-scheme: light; --ink: #1c2330; --soft: #5b6577; --line: #d5dae3; --tint: #f4f6fa; }
* { box-sizing: border-box; }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); max-width: 72rem; margin: 2rem auto; padding: 0 1.5rem; }
header .kind, footer { color: var(--soft); font-size: 13px; }
header p { margin: 0; } h1 { font-size: 1.45rem; line-height: 1.25; margin: .2rem 0 1.2rem; }
h2 { font-size: 1.1rem; margin: 2rem 0 .6rem; border-bottom: 1px solid var(--line); padding-bottom: .3rem; }
h3 { font-size: .95rem; margin: 1.2rem 0 .4rem; }
.number { display: grid; grid-template-columns: minmax(13rem, 1fr) 3fr; gap: 2rem; align-items: start; }
.big { background: var(--tint); border: 1px solid var(--line); border-radius: 6px; padding: 1rem 1.2rem; }
.big p { margin: 0; } .score { font-size: 3.2rem; font-weight: 650; line-height: 1.1; }
dl { margin: 0; display: grid; grid-template-columns: repeat(auto-fit, minmax(20rem, 1fr)); gap: 0 2rem; }
dl div { display: flex; gap: 1rem; border-bottom: 1px solid var(--line); padding: .25rem 0; }
dt { color: var(--soft); flex: 0 0 8.5rem; } dd { margin: 0; min-width: 0; overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; font-size: 14px; }
th, td { text-align: left; vertical-align: top; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
th { color: var(--soft); font-weight: 500; } code { font-size: 12px; word-break: break-all; }
.verdict { display: inline-block; margin: 0 0 .4rem; padding: .15rem .7rem; border-radius: 1rem; font-weight: 600; border: 1px solid; }
.verdict::first-letter { text-transform: uppercase; }
.good { color: #14662f; background: #e9f6ed; } .bad { color: #9b1c1c; background: #fdecec; } .open { color: #6b4e00; background: #fdf5dc; }
figure { margin: 0; } svg { width: 100%; height: auto; font: 12px system-ui, sans-serif; }
svg rect { fill: #fff; stroke: #8c97aa; } svg .title { font-weight: 650; color: var(--ink); } svg .line { color: var(--soft); }
svg foreignObject div { line-height: 15px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
svg .Score rect { fill: var(--tint); stroke: var(--ink); } svg .ModelVersion rect { fill: #f3effb; stroke: #7b61b5; }
svg .Source rect { fill: #eaf4f4; stroke: #3f8383; } svg .link { fill: none; stroke: #8c97aa; stroke-width: 1.2; } svg marker path { fill: #8c97aa; }
footer { margin-top: 2.5rem; border-top: 1px solid var(--line); padding-top: .6rem; } .id { font-size: 11px; overflow-wrap: anywhere; }
@media print { body { margin: 0; max-width: none; font-size: 11pt; } section { break-inside: avoid; } table { break-inside: auto; } tr { break-inside: avoid; } }
@media (max-width: 44rem) { .number { grid-template-columns: 1fr; } }
@page { margin: 16mm; }
`;
