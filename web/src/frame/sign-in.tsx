import { type FormEvent, useEffect, useState } from 'react';
import { useLocation, useSearch } from 'wouter';
import { signIn } from '../lib/session.ts';
import { Button } from '../parts/button.tsx';
import { Field } from '../parts/field.tsx';
import { Icon } from '../parts/icon.tsx';
import '../parts/states.css';
import './frame.css';
import { Brand } from './navigation.tsx';
import { signInWords } from './sign-in-words.ts';

interface Methods {
  readonly oidc: { readonly name: string; readonly path: string } | null;
}

/** How one can sign in here; null while that is unknown. */
function useMethods(): Methods | null {
  const [methods, setMethods] = useState<Methods | null>(null);
  useEffect(() => {
    const stop = new AbortController();
    fetch('/session/methods', { signal: stop.signal })
      .then((response) => (response.ok ? response.json() : null))
      .then((found: Methods | null) => setMethods(found))
      // Without an answer there is the key.
      .catch(() => undefined);
    return () => stop.abort();
  }, []);
  return methods;
}

/** Offers the login of the identity provider, and asks for a key. The first input takes the key, and Enter sends it. */
export function SignIn({ why }: { readonly why: string | null }) {
  const oidc = useMethods()?.oidc;
  const search = useSearch();
  const [path, navigate] = useLocation();
  const params = new URLSearchParams(search);
  const problem = params.get('signIn');
  const failed = signInWords(problem, oidc?.name);
  // The provider would name the same person again without being asked.
  const isOther = problem === 'no-role';
  params.delete('signIn');
  const rest = params.size > 0 ? `${path}?${params}` : path;
  const [key, setKey] = useState('');
  const [wrongKey, setWrongKey] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  useEffect(() => {
    document.title = 'Sign in · Scoreline';
  }, []);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (key.trim() === '') return setWrongKey('Write the key.');
    setBusy(true);
    // A problem of the login is none of the session that begins now.
    const isFailed = failed !== null;
    const wrong = await signIn(key.trim());
    setWrongKey(wrong);
    setBusy(false);
    if (wrong === null && isFailed) navigate(rest, { replace: true });
  };
  return (
    <main className="sign-in">
      <form className="sign-in-box" onSubmit={(event) => void submit(event)}>
        <h1 className="brand">
          <Brand />
        </h1>
        {why ? <p role="status">{why}</p> : null}
        {failed ? (
          <p role="alert" className="state-partial">
            <Icon name="warning" />
            <span>{failed}</span>
          </p>
        ) : null}
        {oidc ? (
          <>
            <a
              className="button button-primary"
              href={`${oidc.path}?to=${encodeURIComponent(rest)}${isOther ? '&other=true' : ''}`}
            >
              {isOther ? `Sign in with ${oidc.name} as someone else` : `Sign in with ${oidc.name}`}
            </a>
            <p className="muted small sign-in-or">or with a key</p>
          </>
        ) : null}
        <Field
          label="Key"
          type="password"
          autoComplete="current-password"
          autoFocus
          value={key}
          onChange={setKey}
          problem={wrongKey}
          hint="The administrator's key was printed at the first start and is in the file admin-key of the data folder. An administrator makes keys for others."
        />
        <Button type="submit" look={oidc ? 'plain' : 'primary'} isDisabled={isBusy}>
          {oidc ? 'Sign in with the key' : 'Sign in'}
        </Button>
      </form>
    </main>
  );
}
