// Suggestions below the search field: an ARIA combobox over what the public search finds. Without
// this module, or without an answer, the field is what it was and the form is sent as before.
const LONGEST_WAIT = 150;

for (const box of document.querySelectorAll("[data-suggest]")) {
  const field = box.querySelector("input");
  const list = document.createElement("ul");
  const told = document.createElement("p");
  let items = [];
  let at = -1;
  let timer = 0;
  let asking = null;

  list.id = `${field.id}-suggestions`;
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", document.querySelector(`label[for=${field.id}]`).textContent);
  told.className = "hidden";
  told.setAttribute("role", "status");
  box.append(list, told);
  field.setAttribute("role", "combobox");
  field.setAttribute("aria-autocomplete", "list");
  field.setAttribute("aria-controls", list.id);
  close();

  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, LONGEST_WAIT);
  });
  field.addEventListener("blur", () => setTimeout(close, LONGEST_WAIT));
  field.addEventListener("keydown", (event) => {
    const arrow = ["ArrowDown", "ArrowUp"].includes(event.key) && items.length > 0;
    if (arrow && list.hidden) open();
    if (event.key === "Escape" && !list.hidden) close();
    else if (event.key === "ArrowDown" && items.length) move(at + 1);
    else if (event.key === "ArrowUp" && items.length) move(at - 1);
    else if (event.key === "Enter" && at >= 0 && !list.hidden) follow(items[at]);
    else return;
    event.preventDefault();
  });

  async function ask() {
    const typed = field.value.trim();
    asking?.abort();
    if (!typed) return close();
    asking = new AbortController();
    try {
      const answer = await fetch(`${box.dataset.suggest}?q=${encodeURIComponent(typed)}`, { signal: asking.signal });
      if (answer.ok) show((await answer.json()).items);
    } catch {
      close(); // a newer question, or no network: the form still works
    }
  }

  function show(found) {
    items = found;
    list.replaceChildren(...found.map(option));
    told.textContent = found.length ? box.dataset.some : box.dataset.none;
    if (found.length) open();
    else close();
    move(-1);
  }

  function option(one, place) {
    const shown = document.createElement("li");
    const name = document.createElement("span");
    const where = document.createElement("span");
    shown.id = `${list.id}-${place}`;
    shown.setAttribute("role", "option");
    name.append(...marked(one.name, one.field === "name" ? one.matched : ""));
    where.className = "small";
    where.textContent = [one.place, one.field === "name" ? "" : one.matched].filter(Boolean).join(" · ");
    shown.append(name, where);
    shown.addEventListener("mousedown", (event) => event.preventDefault());
    shown.addEventListener("click", () => follow(one));
    return shown;
  }

  function marked(text, run) {
    const start = run ? text.indexOf(run) : -1;
    if (start < 0) return [text];
    const mark = document.createElement("mark");
    mark.textContent = run;
    return [text.slice(0, start), mark, text.slice(start + run.length)];
  }

  function move(to) {
    at = items.length ? Math.max(-1, to >= items.length ? -1 : to < -1 ? items.length - 1 : to) : -1;
    [...list.children].forEach((one, place) => one.setAttribute("aria-selected", String(place === at)));
    if (at < 0) field.removeAttribute("aria-activedescendant");
    else {
      field.setAttribute("aria-activedescendant", list.children[at].id);
      list.children[at].scrollIntoView({ block: "nearest" });
    }
  }

  function follow(one) {
    const language = document.documentElement.lang === "en" ? "?lang=en" : "";
    location.assign(`/businesses/${encodeURIComponent(one.id)}${language}`);
  }

  function open() {
    list.hidden = false;
    field.setAttribute("aria-expanded", "true");
  }

  function close() {
    list.hidden = true;
    field.setAttribute("aria-expanded", "false");
    move(-1);
  }
}
