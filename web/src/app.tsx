import { Suspense, useEffect, useMemo } from 'react';
import { Provider } from 'urql';
import { Redirect, Route, Switch, useLocation, useSearch } from 'wouter';
import { Frame } from './frame/frame.tsx';
import { SignIn } from './frame/sign-in.tsx';
import { createApiClient } from './lib/api.ts';
import { OpenScreens } from './lib/open-screens.ts';
import { useSession } from './lib/session.ts';
import { useViewer, ViewerProvider } from './lib/viewer.tsx';
import { Boundary } from './parts/panel.tsx';
import { Empty, Failed, Skeleton } from './parts/states.tsx';
import { isFor, SCREENS, type Screen } from './screens.ts';

/** The sign-in page, or the frame with the screen of the address. */
export function App() {
  const state = useSession();
  if (state.is === 'unknown') return null;
  // Another session may see something else: nothing of the one before stays.
  if (state.is === 'out') return <SignIn why={state.why} />;
  return (
    <Boundary key={state.session.csrf}>
      <SignedIn />
    </Boundary>
  );
}

function SignedIn() {
  const client = useMemo(createApiClient, []);
  return (
    <Provider value={client}>
      <ViewerProvider
        waiting={null}
        failed={({ error, refresh }) => (
          <Failed title="Scoreline cannot be reached" error={error} onRetry={refresh} />
        )}
      >
        <Screens />
      </ViewerProvider>
    </Provider>
  );
}

function Screens() {
  const { can } = useViewer();
  const search = useSearch();
  const allowed = useMemo(() => SCREENS.filter((screen) => isFor(screen, can)), [can]);
  const paths = useMemo(() => allowed.map(({ path }) => path), [allowed]);
  const [first] = allowed;
  return (
    <OpenScreens.Provider value={paths}>
      <Frame screens={allowed}>
        <Switch>
          {allowed.map((screen) => (
            <Route key={screen.path} path={screen.hasPaths ? `${screen.path}/*?` : screen.path}>
              <Shown screen={screen} />
            </Route>
          ))}
          <Route path="/">
            {first ? <Redirect to={`${first.path}${search ? `?${search}` : ''}`} replace /> : <Nothing />}
          </Route>
          <Route>
            <Elsewhere />
          </Route>
        </Switch>
      </Frame>
    </OpenScreens.Provider>
  );
}

function Shown({ screen: { title, component: Component } }: { readonly screen: Screen }) {
  useEffect(() => {
    document.title = `${title} · Scoreline`;
  }, [title]);
  return (
    <Boundary>
      <Suspense fallback={<Skeleton height={320} />}>
        <Component />
      </Suspense>
    </Boundary>
  );
}

/** For keys that only send answers in, or only read metrics. */
function Nothing() {
  const { viewer } = useViewer();
  return (
    <Empty title="There is nothing to see for this key">
      Its role, {viewer.role}, may not read scores or answers. Ask an administrator for a key with another
      role.
    </Empty>
  );
}

function Elsewhere() {
  const [path] = useLocation();
  return (
    <Empty title="There is no such page">
      {path} does not exist, or your role may not see it. The navigation has the pages that it may see.
    </Empty>
  );
}
