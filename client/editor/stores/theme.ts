/** Light or dark: the system's, until one is chosen. */
import { createStore } from "zustand/vanilla";

export type Theme = "light" | "dark";

const key = "spellrunner.theme";
const system = matchMedia("(prefers-color-scheme: dark)");
const chosen = (): Theme | null => {
  const value = localStorage.getItem(key);
  return value === "light" || value === "dark" ? value : null;
};
const present = (): Theme => chosen() ?? (system.matches ? "dark" : "light");

export const theme = createStore<{ theme: Theme }>(() => ({ theme: present() }));

export function startTheme(): void {
  const show = (): void => {
    document.documentElement.dataset.theme = theme.getState().theme;
  };
  show();
  theme.subscribe(show);
  system.addEventListener("change", () => theme.setState({ theme: present() }));
}

export function toggleTheme(): void {
  const next = theme.getState().theme === "dark" ? "light" : "dark";
  localStorage.setItem(key, next);
  theme.setState({ theme: next });
}
