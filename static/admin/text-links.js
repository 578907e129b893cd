// `[[` in a text offers posts by title; the one chosen becomes a link. Keys go to the list while it is open.
window.kimonote = window.kimonote || {};
window.kimonote.Links = class {
  constructor(editor, popup, status, address) {
    Object.assign(this, { editor, popup, status, address, active: 0 });
    this.keys = {
      Up: () => this.move(-1), Down: () => this.move(1), Enter: () => this.choose(), Tab: () => this.choose(), Esc: () => this.close(),
    };
    editor.on("cursorActivity", () => this.look());
    editor.on("blur", () => this.close());
    popup.addEventListener("mousedown", (event) => event.preventDefault());
    popup.addEventListener("click", (event) => {
      this.active = [...popup.children].indexOf(event.target.closest("[role=option]"));
      this.choose();
    });
  }

  typed() { // what stands between `[[` and the cursor
    const { line, ch } = this.editor.getCursor();
    return /\[\[([^[\]]{0,100})$/.exec(this.editor.getLine(line).slice(0, ch))?.[1];
  }

  look() {
    clearTimeout(this.timer);
    if (this.typed() === undefined) this.close();
    else this.timer = setTimeout(() => this.ask(), 150); // milliseconds without a key
  }

  async ask() {
    const text = this.typed();
    this.asked?.abort();
    this.asked = new AbortController();
    const response = await fetch(`${this.address}?${new URLSearchParams({ q: text })}`, { signal: this.asked.signal }).catch(() => null);
    if (!response?.ok || text !== this.typed()) return;
    const { posts } = await response.json();
    this.popup.replaceChildren(...posts.map(({ id, title, hint }, place) => {
      const option = document.createElement("li");
      option.setAttribute("role", "option");
      option.id = `${this.popup.id}-${place}`;
      Object.assign(option.dataset, { id, title });
      option.textContent = hint ? `${title} (${hint})` : title;
      return option;
    }));
    if (!posts.length) { this.close(); this.say(this.status.dataset.none); return; }
    const { bottom, left } = this.editor.cursorCoords(true, "window");
    const box = this.popup.parentElement.getBoundingClientRect();
    const width = Math.min(400, box.width);
    Object.assign(this.popup.style, { top: `${bottom - box.top}px`, left: `${Math.max(0, Math.min(left - box.left, box.width - width))}px`, width: `${width}px` });
    if (this.popup.hidden) this.editor.addKeyMap(this.keys);
    this.popup.hidden = false;
    this.active = 0;
    this.move(0);
    this.say(`${this.status.dataset.count.replace("%s", posts.length)} ${this.popup.firstChild.textContent}`);
  }

  say(sentence) {
    if (this.status.textContent !== sentence) this.status.textContent = sentence; // what is the same would be said again
  }

  move(step) {
    const { children } = this.popup;
    this.active = (this.active + step + children.length) % children.length;
    [...children].forEach((option, place) => option.setAttribute("aria-selected", String(place === this.active)));
    children[this.active].scrollIntoView({ block: "nearest" });
    const field = this.editor.getInputField();
    field.setAttribute("aria-controls", this.popup.id);
    field.setAttribute("aria-activedescendant", children[this.active].id);
  }

  choose() {
    const { id, title } = this.popup.children[this.active].dataset;
    const { line, ch } = this.editor.getCursor();
    const rest = this.editor.getLine(line).slice(ch, ch + 2) === "]]" ? 2 : 0;
    const start = ch - this.typed().length - 2;
    this.editor.replaceRange(`[${title.replace(/[[\]\\]/g, "\\$&")}](page:${id})`, { line, ch: start }, { line, ch: ch + rest });
    this.close();
  }

  close() {
    clearTimeout(this.timer);
    this.asked?.abort(); // what comes late opens nothing
    if (this.popup.hidden) return;
    this.popup.hidden = true;
    this.editor.removeKeyMap(this.keys);
    this.editor.getInputField().removeAttribute("aria-activedescendant");
  }
};
