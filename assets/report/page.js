// The script of the report: time and substream of the drawings, and the search in tables. Nothing is
// drawn or fetched here; what is seen can be linked to, as in report.html#topology&t=00:03:00&peer=17.
"use strict";
(() => {
  const MOST = 200;
  const all = (selector, from = document) => Array.from(from.querySelectorAll(selector));
  const pad = (number, width) => String(number).padStart(width, "0");
  const clock = ms => [Math.floor(ms / 3600000), Math.floor(ms / 60000) % 60, Math.floor(ms / 1000) % 60]
    .map(part => pad(part, 2)).join(":") + "." + pad(ms % 1000, 3);

  // Milliseconds of "hh:mm:ss", "mm:ss" or seconds; null when it is none of these.
  const moment = text => {
    if (!/^\s*\d+(:\d+){0,2}(\.\d+)?\s*$/.test(text || "")) return null;
    return Math.round(1000 * text.trim().split(":").reduce((sum, part) => sum * 60 + Number(part), 0));
  };

  // The state of the page stands in its address.
  let anchor = "", state = {};
  const read = () => {
    anchor = "";
    state = {};
    for (const part of location.hash.slice(1).split("&").filter(part => part)) {
      const at = part.indexOf("=");
      let value = part.slice(at + 1);
      try { value = decodeURIComponent(value); } catch (error) { value = ""; }
      if (at < 0) anchor = part; else state[part.slice(0, at)] = value;
    }
  };
  const write = change => {
    Object.assign(state, change);
    const parts = Object.keys(state).filter(key => state[key] !== "" && state[key] !== null)
      .map(key => key + "=" + encodeURIComponent(state[key]).replace(/%3A/g, ":"));
    const hash = [anchor].concat(parts).filter(part => part).join("&");
    try { history.replaceState(null, "", hash ? "#" + hash : location.pathname + location.search); }
    catch (error) { /* Some browsers forbid it for files: the page works all the same. */ }
    show();
  };

  // Tables: what is searched, and the cells of a row.
  const kinds = {
    wrong: {
      fields: { event: "kinds" },
      time: row => row[0],
      concerns: (row, peer) => row[2] === peer || row[3] === peer,
      fits: (row, data) => !state.event || data.kinds[row[1]][0] === state.event,
      cells: row => [clock(row[0]), row[2] === null ? "–" : row[2], row[4], row[5]],
      numbers: [1, 3],
    },
    decisions: {
      fields: { trigger: "triggers", rule: "rules" },
      time: row => row[0],
      concerns: (row, peer) => row[1] === peer || row[4] === peer || row[5] === peer,
      fits: (row, data) => (!state.trigger || data.triggers[row[3]][0] === state.trigger)
        && (!state.rule || data.rules[row[6]][0] === state.rule),
      cells: (row, data) => {
        const name = peer => peer === null ? "–" : peer < data.nodes.length ? data.nodes[peer] : peer;
        return [clock(row[0]), row[1], row[2], data.triggers[row[3]][1], name(row[4]), name(row[5]),
          data.rules[row[6]][1]].concat(row.slice(7));
      },
      numbers: [1, 2, 7, 8, 9, 10, 11, 12, 13],
    },
  };

  const searches = [];
  const prepare = (run, form) => {
    const kind = kinds[form.dataset.for], section = form.closest("section");
    const data = JSON.parse(section.querySelector("script[data-name]").textContent);
    for (const field of Object.keys(kind.fields)) {
      for (const [name, words] of data[kind.fields[field]]) {
        const option = document.createElement("option");
        option.value = name;
        option.textContent = words;
        form.elements[field].append(option);
      }
    }
    const body = section.querySelector("tbody"), count = section.querySelector(".count");
    searches.push({ form, kind, data, body, count, first: Array.from(body.children), before: count.textContent });
    form.addEventListener("input", () => {
      const change = {};
      for (const field of form.elements) if (field.name) change[field.name] = field.value.trim();
      write(change);
    });
    form.addEventListener("submit", event => event.preventDefault());
    form.hidden = false;
  };

  const search = ({ form, kind, data, body, count, first, before }) => {
    let asked = false;
    for (const field of form.elements) {
      if (!field.name) continue;
      const value = state[field.name] || "";
      if (field !== document.activeElement) field.value = value;
      asked = asked || value !== "";
    }
    if (!asked) {
      body.replaceChildren(...first);
      count.textContent = before;
      return;
    }
    const peer = state.peer ? Number(state.peer) : null, from = moment(state.from), to = moment(state.to);
    const rows = data.rows.filter(row => (peer === null || kind.concerns(row, peer))
      && (from === null || kind.time(row) >= from) && (to === null || kind.time(row) <= to)
      && kind.fits(row, data));
    body.replaceChildren(...rows.slice(0, MOST).map(row => {
      const line = document.createElement("tr");
      kind.cells(row, data).forEach((cell, place) => {
        const field = document.createElement("td");
        if (kind.numbers.includes(place)) field.className = "num";
        field.textContent = cell;
        line.append(field);
      });
      return line;
    }));
    const seen = rows.length > MOST ? "; the first " + MOST + " are shown" : "";
    const absent = peer !== null && peer % data.every !== 0
      ? ". The own rows of viewer " + peer + " are not in this page: grandstand explain reads them" : "";
    count.textContent = rows.length + " of " + data.rows.length + " rows fit" + seen + absent + ".";
  };

  // Drawings: the frame of the instant and substream, and the way to a viewer.
  const steps = [];
  const prepareSteps = form => {
    const section = form.closest("section"), frames = section.querySelector(".frames");
    const instants = JSON.parse(frames.dataset.instants);
    steps.push({ form, section, instants, frames: all(".frame", frames) });
    form.addEventListener("input", event => {
      const { name, value } = event.target;
      write({ [name]: name === "t" ? instants[Number(value)].text : value.trim() });
    });
    form.addEventListener("submit", event => event.preventDefault());
    form.hidden = false;
  };

  const step = ({ form, section, instants, frames }) => {
    const wanted = moment(state.t), sub = state.sub || form.elements.sub.options[0].value;
    let place = 0;
    instants.forEach((instant, at) => {
      if (wanted !== null && instant.seconds * 1000 <= wanted + 1) place = at;
    });
    form.elements.t.value = place;
    form.elements.t.setAttribute("aria-valuetext", instants[place].text);
    form.elements.clock.value = instants[place].text;
    form.elements.sub.value = sub;
    let shown = null;
    for (const frame of frames) {
      frame.hidden = frame.dataset.t !== String(place) || frame.dataset.sub !== sub;
      if (!frame.hidden) shown = frame;
    }
    section.querySelector(".missing").hidden = shown !== null;
    const field = form.elements.peer;
    if (field && field !== document.activeElement) field.value = state.peer || "";
    if (field) seek(section, shown, state.peer || "");
  };

  const seek = (section, frame, peer) => {
    all(".way", section).forEach(way => way.remove());
    all(".sought", section).forEach(mark => mark.classList.remove("sought"));
    const said = section.querySelector(".found");
    said.textContent = "";
    if (!peer || !frame) return;
    const mark = number => frame.querySelector('[data-p="' + Number(number) + '"]');
    let found = mark(peer);
    if (!found) {
      said.textContent = "Viewer " + peer + " is not in this drawing.";
      return;
    }
    found.classList.add("sought");
    const middle = box => [box.x + box.width / 2, box.y + box.height / 2];
    const names = [], points = [];
    for (let left = 1000; found && left > 0; left -= 1) {
      names.push(found.querySelector("title").textContent);
      points.push(middle(found.getBBox()).join(" "));
      found = found.dataset.f === undefined ? null : mark(found.dataset.f);
    }
    const way = document.createElementNS("http://www.w3.org/2000/svg", "path");
    way.setAttribute("class", "way");
    way.setAttribute("d", "M" + points.join("L"));
    frame.querySelector("svg").prepend(way);
    said.textContent = "The way to the source: " + names.join("; ") + ".";
  };

  const show = () => {
    searches.forEach(search);
    steps.forEach(step);
  };

  all("form.search").forEach(form => prepare(form.closest(".run"), form));
  all("form.steps").forEach(prepareSteps);
  const follow = () => {
    read();
    show();
    const target = anchor && document.getElementById(anchor);
    if (target) target.scrollIntoView();
  };
  addEventListener("hashchange", follow);
  follow();
  document.documentElement.dataset.ready = "yes";
})();
