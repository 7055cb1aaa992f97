import { mount } from "svelte";
import App from "./app/App.svelte";
import { Shell } from "./app/shell.svelte";
import { connect } from "./lib/api/connect";
import { languageFor, speak } from "./lib/i18n/language.svelte";
import { systemTimers } from "./lib/timers";
import "./styles/index.css";

const target = document.getElementById("app");
if (target) {
  const api = connect();
  void speak(languageFor(navigator.languages));
  mount(App, { target, props: { shell: new Shell(api, systemTimers), place: api.place } });
}
