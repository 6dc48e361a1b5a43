/** Styles of the dialog, in a shadow root: the page's own do not reach it, and it does not touch the page. */
export const STYLE = `
:host{all:initial;color-scheme:light dark}
:host([theme=light]){color-scheme:light}
:host([theme=dark]){color-scheme:dark}
*{box-sizing:border-box}
.box{--panel:light-dark(#fff,#1b1e25);--line:light-dark(#8a92a3,#6c7486);--text:light-dark(#171a21,#eceef3);--muted:light-dark(#5a6272,#a2a9b8);--accent:light-dark(#3a4fc9,#94a4ff);--on:light-dark(#fff,#10142b);
position:fixed;bottom:16px;inset-inline-end:16px;z-index:2147483000;width:min(27rem,calc(100vw - 32px));max-height:calc(100vh - 32px);overflow:auto;padding:20px;border:1px solid var(--line);border-radius:10px;background:var(--panel);color:var(--text);box-shadow:0 8px 28px #0004;font:16px/1.45 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;text-align:start}
fieldset{border:0;margin:0;padding:0;min-width:0}
legend,label.q,p.q{display:block;font-weight:600;margin:0 0 12px;padding:0;padding-inline-end:36px;overflow-wrap:anywhere}
.n{display:grid;grid-template-columns:repeat(11,minmax(0,1fr));gap:4px}
.n label{position:relative;display:grid;place-items:center;min-height:40px;border:1px solid var(--line);border-radius:6px;font-size:15px}
.n input{position:absolute;inset:0;width:100%;height:100%;margin:0;opacity:0;cursor:pointer}
.n label:has(:checked){background:var(--accent);border-color:var(--accent);color:var(--on);font-weight:600}
.n label:has(:focus-visible),textarea:focus-visible,button:focus-visible,p:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
.e{display:flex;justify-content:space-between;gap:16px;margin:6px 0 14px;color:var(--muted);font-size:13px}
.m{margin:0 0 12px;color:light-dark(#b42318,#ff8f84);font-weight:600}
.m:empty{display:none}
.u{position:absolute;width:1px;height:1px;opacity:0;pointer-events:none}
textarea{display:block;width:100%;min-height:96px;margin:0 0 14px;padding:8px;font:inherit;color:inherit;background:transparent;border:1px solid var(--line);border-radius:6px;resize:vertical}
button{min-height:40px;padding:0 16px;font:inherit;font-weight:600;color:var(--on);background:var(--accent);border:0;border-radius:6px;cursor:pointer}
.x{position:absolute;top:12px;inset-inline-end:12px;min-height:0;width:32px;height:32px;padding:0;font-size:20px;line-height:1;background:none;color:var(--muted)}
@media (max-width:30rem){.n{grid-template-columns:repeat(6,minmax(0,1fr))}}
@media (forced-colors:active){.n label:has(:checked){outline:3px solid Highlight}}
@media (prefers-reduced-motion:no-preference){.box{animation:in .2s ease-out}@keyframes in{from{opacity:0;transform:translateY(12px)}}}
`;
