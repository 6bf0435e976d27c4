/** Plugins of one web API each: music, weather, calendar, knowledge, films. */
import { type RetiredComponent, retired, type Sockets, trigger } from "./define-retired.ts";

const plugin = { through: "a plugin that is gone" };
const query: Sockets = { query: "string", ...trigger };
const place: Sockets = { ...trigger, city: "string", state: "string", country: "string" };
const summary: Sockets = { ...trigger, summary: "string", links: "string" };
const spotify = "Use Request with Spotify's API instead.";
const openWeather = "Use Request with the API of OpenWeather instead.";
const films = "Use Request with the API of a film database instead.";

const components: RetiredComponent[] = [
  {
    ...plugin,
    name: "Search Spotify",
    category: "Integrations/Music",
    did: "asked Spotify for what matches the query",
    instead: spotify,
    inputs: query,
    outputs: { ...trigger, results: "object" },
  },
  {
    ...plugin,
    name: "Get Spotify Playback State",
    category: "Integrations/Music",
    did: "asked Spotify what was playing",
    instead: spotify,
    inputs: query,
    outputs: { ...trigger, playbackState: "object" },
  },
  {
    ...plugin,
    name: "Get Current Weather",
    category: "Integrations/Weather",
    did: "asked OpenWeather for the weather of a place",
    instead: openWeather,
    inputs: place,
    outputs: { ...trigger, result: "object" },
  },
  {
    ...plugin,
    name: "Get Current Forecast",
    category: "Integrations/Weather",
    did: "asked OpenWeather for the forecast of a place",
    instead: openWeather,
    inputs: place,
    outputs: { ...trigger, result: "array" },
  },
  {
    ...plugin,
    name: "Get Calendar",
    category: "Integrations/Calendar",
    did: "looked up appointments in a Google calendar",
    instead: "Use Request with the API of Google Calendar instead.",
    inputs: query,
    outputs: summary,
  },
  {
    ...plugin,
    name: "Wolfram",
    category: "Integrations/Wolfram",
    did: "asked Wolfram Alpha a question",
    instead: "Use Request with the API of Wolfram Alpha instead.",
    inputs: { ...trigger, input: "string" },
    outputs: { ...trigger, output: "array" },
  },
  {
    ...plugin,
    name: "QuerySystem",
    category: "Integrations/Wolfram",
    did: "sent every query on to Wolfram Alpha, and was meant to choose between it and a language model,",
    instead: "Use Switch or Evaluate Text to choose a branch instead.",
    inputs: query,
    outputs: { gpt: "trigger", wolf: "trigger" },
  },
  {
    ...plugin,
    name: "Movie Title to ID",
    category: "Integrations/Esoterica",
    did: "looked up the IMDb number of a film",
    instead: films,
    inputs: { movie: "string", ...trigger },
    outputs: { ...trigger, output: "any" },
  },
  {
    ...plugin,
    name: "Movie Trivia",
    category: "Integrations/Esoterica",
    did: "looked up trivia about a film in IMDb",
    instead: films,
    inputs: { movie: "string", ...trigger },
    outputs: { ...trigger, output: "any" },
  },
  {
    ...plugin,
    name: "Compute Natal Chart",
    category: "Integrations/Esoterica",
    did: "cast a horoscope from time and place of birth",
    instead: "Use Request with the API of an astrology service instead.",
    inputs: {
      month: "string",
      day: "string",
      year: "string",
      hour: "string",
      minute: "string",
      city: "string",
      country: "string",
      ...trigger,
    },
    outputs: { ...trigger, output: "any" },
  },
  {
    ...plugin,
    name: "Github Issue Search",
    category: "Integrations/Github",
    did: "searched the issues of GitHub",
    instead: "Use Request with GitHub's search API instead.",
    inputs: { ...trigger, query: "string" },
    outputs: { ...trigger, object: "object", output: "string" },
  },
];

export const webPluginComponents = components.map(retired);
