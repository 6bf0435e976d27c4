/** Signing in: on the machine itself by one click, by password, or by a token of one's own. */
import { useState } from "react";
import { useStore } from "zustand";
import { Button } from "../../atoms/button.tsx";
import { Field } from "../../atoms/field.tsx";
import { useFetched } from "../../atoms/use-fetched.ts";
import { session, signIn, signInLocally, signInWays, signInWithToken } from "../../stores/session.ts";

export function SignIn() {
  const { data: ways, error, reload } = useFetched(signInWays);
  const { notice } = useStore(session);
  const [fault, setFault] = useState<string | null>(null);
  const attempt = (task: () => Promise<void>): void => {
    setFault(null);
    task().catch((thrown: unknown) => setFault((thrown as Error).message));
  };
  return (
    <main className="sign-in">
      <div className="card">
        <h1>Spellrunner</h1>
        <p className="lead">Draw a spell, run it, watch it think.</p>
        {notice !== null && <p role="status">{notice}</p>}
        {fault !== null && (
          <p className="fault" role="alert">
            {fault}
          </p>
        )}
        {error !== null && (
          <p className="fault" role="alert">
            The server cannot be reached. <Button onClick={reload}>Try again</Button>
          </p>
        )}
        {ways?.local !== undefined && (
          <Button look="primary" className="wide" onClick={() => attempt(signInLocally)}>
            Continue as {ways.local} on this machine
          </Button>
        )}
        {ways?.password === true && <PasswordForm canSignUp={ways.signup} attempt={attempt} />}
        {ways !== null && <TokenForm attempt={attempt} />}
      </div>
    </main>
  );
}

type Attempt = (task: () => Promise<void>) => void;

function PasswordForm({ canSignUp, attempt }: { canSignUp: boolean; attempt: Attempt }) {
  const [isNew, setNew] = useState(false);
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        attempt(() => signIn(email, password, isNew));
      }}
    >
      <Field label="E-mail">
        {(control) => (
          <input
            {...control}
            type="email"
            autoComplete="username"
            required
            value={email}
            onChange={(event) => setEmail(event.target.value)}
          />
        )}
      </Field>
      <Field label="Password" help={isNew ? "At least 8 characters." : undefined}>
        {(control) => (
          <input
            {...control}
            type="password"
            autoComplete={isNew ? "new-password" : "current-password"}
            required
            minLength={isNew ? 8 : 1}
            value={password}
            onChange={(event) => setPassword(event.target.value)}
          />
        )}
      </Field>
      <div className="row">
        <Button type="submit" look="primary">
          {isNew ? "Make an account" : "Sign in"}
        </Button>
        {canSignUp && (
          <Button look="quiet" onClick={() => setNew(!isNew)}>
            {isNew ? "I have an account" : "I am new here"}
          </Button>
        )}
      </div>
    </form>
  );
}

function TokenForm({ attempt }: { attempt: Attempt }) {
  const [token, setToken] = useState("");
  return (
    <details>
      <summary>Use a token or an API key</summary>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          attempt(() => signInWithToken(token.trim()));
        }}
      >
        <Field label="Token" help="A JWT that this server takes, or a key that begins with sk_.">
          {(control) => (
            <input
              {...control}
              type="password"
              autoComplete="off"
              required
              value={token}
              onChange={(event) => setToken(event.target.value)}
            />
          )}
        </Field>
        <Button type="submit">Sign in with it</Button>
      </form>
    </details>
  );
}
