/** What stands where: sign-in, or the bar with the open spells and the page that the address names. */
import { lazy, Suspense, useEffect } from "react";
import { useStore } from "zustand";
import { ErrorBoundary } from "./atoms/error-boundary.tsx";
import { Loading } from "./atoms/loading.tsx";
import { Notices } from "./atoms/notices.tsx";
import { SignIn } from "./features/sign-in/sign-in.tsx";
import { SpellsPage } from "./features/spells/spells-page.tsx";
import { Shell } from "./features/shell/shell.tsx";
import type { PageName } from "./core/route.ts";
import type { SpellrunnerClient } from "../lib/index.ts";
import { loadCatalogue } from "./stores/catalogue.ts";
import { closeAll } from "./stores/open-spells.ts";
import { router } from "./stores/router.ts";
import { session } from "./stores/session.ts";

const Workspace = lazy(() => import("./features/workspace/workspace.tsx"));
const pages = {
  documents: lazy(() => import("./features/documents/documents-page.tsx")),
  agents: lazy(() => import("./features/agents/agents-page.tsx")),
  secrets: lazy(() => import("./features/secrets/secrets-page.tsx")),
  times: lazy(() => import("./features/times/times-page.tsx")),
} satisfies Record<Exclude<PageName, "spells">, unknown>;

export function App() {
  const { status, client, userId } = useStore(session);
  useEffect(() => {
    if (status === "signed-in") void loadCatalogue();
    else void closeAll();
  }, [status]);
  return (
    <>
      {client === null ? (
        <SignIn />
      ) : (
        <Shell userId={userId}>
          <ErrorBoundary>
            <Suspense fallback={<Loading />}>
              <Page client={client} userId={userId} />
            </Suspense>
          </ErrorBoundary>
        </Shell>
      )}
      <Notices />
    </>
  );
}

function Page({ client, userId }: { client: SpellrunnerClient; userId: string }) {
  const { route } = useStore(router);
  if (route.page === "spell")
    return <Workspace key={route.spellId} client={client} userId={userId} route={route} />;
  if (route.page === "spells") return <SpellsPage client={client} />;
  const Chosen = pages[route.page];
  return <Chosen client={client} />;
}
