/** What is shown, by the address: the browser's back and forward work, and a link leads to it. */
import { createStore } from "zustand/vanilla";
import { hashOf, parseRoute, type Route } from "../core/route.ts";

export const router = createStore<{ route: Route }>(() => ({ route: parseRoute(location.hash) }));

addEventListener("hashchange", () => router.setState({ route: parseRoute(location.hash) }));

export function go(route: Route): void {
  location.hash = hashOf(route);
}
