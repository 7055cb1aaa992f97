import { mount } from "svelte";
import App from "./app/App.svelte";
import { Desk } from "./app/desk.svelte";
import { connect } from "./lib/api/connect";
import { systemTimers } from "./lib/timers";
import "./styles/index.css";

const target = document.getElementById("app");
if (target) {
  const api = connect();
  mount(App, { target, props: { desk: new Desk(api, systemTimers), place: api.place } });
}
