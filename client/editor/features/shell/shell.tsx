/** The bar at the top: pages, the open spells as tabs, theme and account. */
import type { ReactNode } from "react";
import { useStore } from "zustand";
import { Button } from "../../atoms/button.tsx";
import { hashOf, type PageName, pages } from "../../core/route.ts";
import { closeSpell, openSpells } from "../../stores/open-spells.ts";
import { go, router } from "../../stores/router.ts";
import { signOut } from "../../stores/session.ts";
import { theme, toggleTheme } from "../../stores/theme.ts";
import { SpellTab } from "./spell-tab.tsx";

const titles: Record<PageName, string> = {
  spells: "Spells",
  documents: "Documents",
  agents: "Agents",
  secrets: "Secrets",
  times: "Times",
};

export function Shell({ userId, children }: { userId: string; children: ReactNode }) {
  const { route } = useStore(router);
  const { list } = useStore(openSpells);
  const { theme: present } = useStore(theme);
  const close = (id: string): void => {
    const isShown = route.page === "spell" && route.spellId === id;
    const next = list.findLast((open) => open.id !== id);
    void closeSpell(id);
    if (isShown) go(next === undefined ? { page: "spells" } : { page: "spell", spellId: next.id });
  };
  return (
    <div className="shell">
      <a className="skip" href="#main" onClick={(event) => skipTo(event)}>
        Skip to content
      </a>
      <header className="bar">
        <nav className="bar-pages" aria-label="Pages">
          {pages.map((page) => (
            <a key={page} href={hashOf({ page })} aria-current={route.page === page ? "page" : undefined}>
              {titles[page]}
            </a>
          ))}
        </nav>
        <nav className="bar-tabs" aria-label="Open spells">
          {list.map((open) => (
            <SpellTab
              key={open.id}
              open={open}
              isShown={route.page === "spell" && route.spellId === open.id}
              onClose={() => close(open.id)}
            />
          ))}
        </nav>
        <div className="bar-end">
          <Button
            look="quiet"
            onClick={toggleTheme}
            aria-label={present === "dark" ? "Light mode" : "Dark mode"}
            title={present === "dark" ? "Light mode" : "Dark mode"}
          >
            {present === "dark" ? "☀" : "☾"}
          </Button>
          <span className="bar-user" title={userId}>
            {userId}
          </span>
          <Button look="quiet" onClick={() => void signOut()}>
            Sign out
          </Button>
        </div>
      </header>
      <main id="main" tabIndex={-1}>
        {children}
      </main>
    </div>
  );
}

/** The address is the router's: the link moves the focus alone. */
function skipTo(event: { preventDefault(): void }): void {
  event.preventDefault();
  document.getElementById("main")?.focus();
}
