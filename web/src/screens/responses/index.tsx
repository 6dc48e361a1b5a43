import { useCallback, useMemo, useRef, useState } from 'react';
import type { ResponsesThemesQuery } from '../../gql/graphql.ts';
import { useRead } from '../../lib/api.ts';
import { formatWindow } from '../../lib/format.ts';
import { segmentInput, useView } from '../../lib/url-state.ts';
import { useMedia } from '../../lib/use-media.ts';
import { useNow } from '../../lib/use-now.ts';
import { useViewer } from '../../lib/viewer.tsx';
import { Button } from '../../parts/button.tsx';
import { Drawer } from '../../parts/drawer.tsx';
import { Empty } from '../../parts/states.tsx';
import { LiftRestriction } from './actions.tsx';
import { isFiltered, useChosen } from './address.ts';
import { Answer } from './answer.tsx';
import { AnswerList } from './answer-list.tsx';
import { THEMES, WINDOW } from './documents.ts';
import { type Facet, ResponseFilters, themeName } from './filters.tsx';
import { type ListedProps, ListFoot, ListHead, NoRows } from './list-states.tsx';
import './responses.css';
import { type Answers, useAnswers } from './use-answers.ts';
import { useCounts, useFresh, useQueryOf, useSources } from './use-list.ts';
import { useListKeys } from './use-list-keys.ts';

/** The answers of the segment and window, and one of them with what the model read. */
export default function Responses() {
  const [view] = useView();
  const { can } = useViewer();
  const [chosen, change] = useChosen();
  const { window, asOf } = view;
  const segment = segmentInput(view);
  const seen = useRead(WINDOW, { segment, window, asOf }, { pause: !can('readScore') });
  const row = seen.data?.nps[0];
  const query = useQueryOf(chosen, segment, row ?? null, asOf !== null, seen.error !== undefined);
  const read = useAnswers(query);
  const counted = useCounts(query);
  const reload = useCallback(() => {
    seen.refresh();
    counted.refresh();
    read.reload();
  }, [seen.refresh, counted.refresh, read.reload]);
  const answers = { ...read, reload };
  useFresh(answers, { segment, window, pause: asOf !== null || !can('readScore') });
  const themes = useRead(THEMES, { segment, window, asOf }, { pause: !can('readPrediction') });
  const sources = useSources(answers, segment, chosen, counted.data?.responseCounts);
  const isWide = useMedia('(min-width: 1100px)');
  const [isSheetOpen, setSheetOpen] = useState(false);
  const { sentiments, complete, responses: countedIn } = counted.data?.responseCounts ?? {};
  // The same while pages are read: it is not drawn again with each of them.
  const filters = useMemo(
    () => (
      <ResponseFilters
        chosen={chosen}
        onChange={change}
        counts={{
          PROMOTER: row?.promoters ?? null,
          PASSIVE: row?.passives ?? null,
          DETRACTOR: row?.detractors ?? null,
        }}
        themes={can('readPrediction') ? facetsOf(themes.data, chosen.themes) : null}
        canReadPrediction={can('readPrediction')}
        sentiments={sentiments ?? null}
        sources={sources}
        countedIn={complete === false ? (countedIn ?? null) : null}
        canReadComment={can('readComment')}
      />
    ),
    [chosen, change, row, themes.data, can, sentiments, sources, complete, countedIn],
  );
  return (
    <div className="answers" data-testid="responses">
      <aside className="answers-side no-print" aria-label="Filters of the list">
        {filters}
      </aside>
      <div className="answers-filters-open no-print">
        <Button icon="filter" onPress={() => setSheetOpen(true)}>
          {isFiltered(chosen) ? 'Filters of the list, some set' : 'Filters of the list'}
        </Button>
      </div>
      <Drawer title="Filters of the list" isOpen={isSheetOpen} onClose={() => setSheetOpen(false)}>
        {filters}
      </Drawer>
      <Listed
        answers={answers}
        chosen={chosen}
        change={change}
        total={row?.responses ?? null}
        title={formatWindow(window, asOf)}
        isWide={isWide}
      />
    </div>
  );
}

/** The themes that answers of the window name, and the chosen ones. */
function facetsOf(data: ResponsesThemesQuery | undefined, chosen: readonly string[]): Facet[] {
  return (data?.themes ?? [])
    .filter(({ theme, responses }) => responses !== 0 || chosen.includes(theme))
    .map(({ theme, responses }) => ({ id: theme, label: themeName(theme), count: responses ?? null }));
}

interface Notice {
  readonly words: string;
  readonly undo?: { readonly respondent: string } | undefined;
}

/** Opens a row by its number. It stays the same function while pages are read, so that rows are not drawn again. */
function useOpen(
  rows: Answers['rows'],
  change: ListedProps['change'],
  setActive: (index: number) => void,
): (index: number, replace?: boolean) => void {
  const listed = useRef(rows);
  listed.current = rows;
  return useCallback(
    (index, replace = false) => {
      const row = listed.current[index];
      if (!row) return;
      setActive(index);
      change({ answer: row.id }, { replace });
    },
    [change, setActive],
  );
}

function Listed({ answers, chosen, change, total, title, isWide }: ListedProps) {
  const { can } = useViewer();
  const { rows, hasNext, more, reload } = answers;
  const [active, setActive] = useState(0);
  const [notice, setNotice] = useState<Notice | null>(null);
  const [isLifting, setLifting] = useState(false);
  // What an action changed is read again.
  const [round, setRound] = useState(0);
  const isOpen = chosen.answer !== null;
  const now = useNow();
  const open = useOpen(rows, change, setActive);
  const close = useCallback(() => change({ answer: null }), [change]);
  const goTo = useCallback(
    (index: number) => {
      const to = Math.min(rows.length - 1, Math.max(0, index));
      setActive(Math.max(0, to));
      if (isOpen && isWide) open(to, true);
    },
    [rows.length, isOpen, isWide, open],
  );
  useListKeys({ active, goTo, open, close, isOpen });
  const onChanged = (words: string, undo?: Notice['undo']) => {
    setNotice({ words, undo });
    setRound((before) => before + 1);
    reload();
  };
  const pane =
    chosen.answer === null ? null : (
      <Answer key={`${chosen.answer} ${round}`} id={chosen.answer} onChanged={onChanged} />
    );
  return (
    <>
      <section className="answers-middle panel" aria-label="List of answers" aria-busy={answers.isStale}>
        <ListHead answers={answers} chosen={chosen} change={change} total={total} title={title} />
        {notice ? (
          <div className="answers-notice row small" role="status">
            <span>{notice.words}</span>
            {notice.undo ? (
              <Button look="quiet" onPress={() => setLifting(true)}>
                Lift the restriction
              </Button>
            ) : null}
            <Button look="quiet" icon="close" label="Close the note" onPress={() => setNotice(null)} />
          </div>
        ) : null}
        {notice?.undo ? (
          <LiftRestriction
            respondent={notice.undo.respondent}
            isOpen={isLifting}
            onClose={() => setLifting(false)}
            onChanged={onChanged}
          />
        ) : null}
        {rows.length > 0 ? (
          <AnswerList
            rows={rows}
            hasNext={hasNext}
            active={active}
            onActive={setActive}
            onMove={goTo}
            open={chosen.answer}
            onOpen={open}
            onMore={answers.searchedTo === null ? more : nothing}
            noText={can('readComment') ? 'No comment' : 'Text hidden from your role'}
            now={now}
          />
        ) : (
          <NoRows answers={answers} chosen={chosen} change={change} />
        )}
        <ListFoot answers={answers} chosen={chosen} />
      </section>
      {isWide ? (
        <aside className="answers-open panel" aria-label="The answer">
          {pane ? (
            <>
              <div className="answers-open-close no-print">
                <Button look="quiet" icon="close" label="Close the answer" onPress={close} />
              </div>
              {pane}
            </>
          ) : answers.rows.length === 0 ? null : (
            <Empty title="Choose an answer">
              Its text, what the model read in it, and where it comes from are shown here. <kbd>j</kbd>{' '}
              <kbd>k</kbd> move, <kbd>Enter</kbd> opens.
            </Empty>
          )}
        </aside>
      ) : (
        <Drawer title="The answer" isOpen={pane !== null} onClose={close} testId="answer">
          {pane}
        </Drawer>
      )}
    </>
  );
}

const nothing = () => undefined;
