// The field of a post's tags as a combobox with a listbox (WAI-ARIA APG). What a name means is the server's to say.
(() => {
  const PAUSE = 120; // milliseconds without a key before suggestions are asked for
  const PAUSE_IN_TEXT = 3000; // milliseconds without a key before tags are suggested for the text
  const JUDGED = ["title", "subtitle", "summary", "body"]; // fields of the form
  const folded = (name) => name.normalize("NFC").toLowerCase().replace(/[\ufe0e\ufe0f]/g, "").replace(/\s+/g, " ").trim();

  class TagField extends window.StimulusModule.Controller {
    static values = { url: String, refused: String, added: String, removed: String, twice: String, fault: String, count: String,
      suggested: String, none: String, failed: String, proposed: String, one: Boolean };

    connect() {
      this.store = this.element.querySelector("input");
      const [parts, chip, proposal] = this.element.querySelectorAll("template");
      [this.chip, this.proposal] = [chip, proposal];
      this.element.append(parts.content.cloneNode(true));
      [this.list, this.entry, this.popup, this.note, this.fault, this.status] = [
        ".tag-field__chosen", "[role=combobox]", "[role=listbox]", ".tag-field__note", ".tag-field__fault", "[role=status]",
      ].map((selector) => this.element.querySelector(selector));
      this.entry.id = this.store.id; // so that the label names it
      for (const name of ["aria-describedby", "aria-invalid"]) {
        if (this.store.hasAttribute(name)) this.entry.setAttribute(name, this.store.getAttribute(name));
        this.store.removeAttribute(name);
      }
      this.store.id += "-value";
      this.store.type = "hidden";
      this.active = -1;
      this.names = this.split(this.store.value);
      this.draw();
      this.entry.addEventListener("keydown", (event) => this.press(event));
      this.entry.addEventListener("input", () => this.type());
      this.entry.addEventListener("paste", (event) => this.paste(event));
      this.entry.addEventListener("blur", () => { this.close(); this.take(this.entry.value); });
      this.popup.addEventListener("mousedown", (event) => event.preventDefault()); // the focus stays
      this.popup.addEventListener("click", (event) => this.choose(event.target.closest("[role=option]")));
      this.onSubmit = () => this.take(this.entry.value);
      this.store.form?.addEventListener("submit", this.onSubmit, true);
      this.connectSuggested();
    }

    // Tags suggested for the text in the form, on a button and after a pause; only a click adds one.
    connectSuggested() {
      this.suggested = this.element.querySelector(".tag-field__suggested");
      [this.proposals, this.proposalNote] = [this.suggested.querySelector("ul"), this.suggested.querySelector("p")];
      this.suggested.hidden = !this.store.form?.elements.body;
      this.suggested.querySelector("[data-suggest]").addEventListener("click", () => this.propose(true));
      this.proposals.addEventListener("click", (event) => this.accept(event.target.closest("button")));
      this.onText = ({ target }) => {
        if (target.closest?.(".tag-field") || this.suggested.hidden) return;
        clearTimeout(this.textTimer);
        this.textTimer = setTimeout(() => this.propose(false), PAUSE_IN_TEXT);
      };
      for (const type of ["input", "keyup"]) this.store.form?.addEventListener(type, this.onText);
    }

    draft() {
      const { elements } = this.store.form;
      const [title, subtitle, summary, body] = JUDGED.map((name) => elements[name]?.value ?? "");
      const [, page] = window.location.pathname.match(/\/(\d+)\/(?:edit\/)?$/) ?? [];
      return new URLSearchParams({ title, summary: `${subtitle}\n${summary}`, body, tags: this.store.value, page: page ?? "" });
    }

    async propose(isAsked) {
      const body = this.draft();
      if (!isAsked && String(body) === this.proposedFor) return;
      this.proposing?.abort();
      this.proposing = new AbortController();
      body.set("csrfmiddlewaretoken", this.store.form.elements.csrfmiddlewaretoken.value);
      const response = await fetch(this.suggestedValue, { method: "POST", body, signal: this.proposing.signal }).catch(
        (error) => (error.name === "AbortError" ? undefined : { ok: false }),
      );
      if (!response) return; // asked anew meanwhile
      if (!response.ok) { if (isAsked) this.tell(this.failedValue); return; }
      body.delete("csrfmiddlewaretoken");
      this.proposedFor = String(body);
      const { suggestions } = await response.json();
      const found = suggestions.filter(({ name }) => !this.has(name));
      if (!isAsked && this.proposals.contains(document.activeElement)) return; // no button goes while it has the focus
      this.proposals.replaceChildren(...found.map((one) => this.proposed(one)));
      this.proposals.hidden = !found.length;
      if (isAsked) found.length ? this.say(this.proposedValue, found.length) : this.tell(this.noneValue);
      if (found.length) this.proposalNote.textContent = "";
    }

    tell(sentence) {
      this.proposalNote.textContent = sentence;
      this.say(sentence);
    }

    proposed({ name, reason }) {
      const item = this.proposal.content.firstElementChild.cloneNode(true);
      item.querySelector("button").dataset.name = name;
      item.querySelector("span").textContent = name;
      item.querySelector("small").textContent = reason;
      return item;
    }

    accept(button) {
      if (!button) return;
      const item = button.closest("li");
      const next = item.nextElementSibling ?? item.previousElementSibling;
      this.take(button.dataset.name);
      item.remove();
      this.proposals.hidden = !this.proposals.children.length;
      (next?.querySelector("button") ?? this.entry).focus();
    }

    disconnect() {
      this.store.form?.removeEventListener("submit", this.onSubmit, true);
      clearTimeout(this.textTimer);
      this.proposing?.abort();
      for (const type of ["input", "keyup"]) this.store.form?.removeEventListener(type, this.onText);
    }

    split(text) {
      return text.split(/[,\n\r\t]/).map((name) => name.trim().replace(/\s+/g, " ")).filter(Boolean);
    }

    say(sentence, name = "") {
      this.status.textContent = sentence.replace("%s", name);
    }

    press(event) {
      if (event.isComposing) return;
      const { key } = event;
      const text = this.entry.value.trim();
      const option = this.popup.children[this.active];
      if (key === "ArrowDown" || key === "ArrowUp") this.move(key === "ArrowDown" ? 1 : -1);
      else if (key === "Enter") option ? this.choose(option) : this.take(text);
      else if (key === ",") this.take(text);
      else if (key === "Tab" && text && !event.shiftKey) option ? this.choose(option) : this.take(text);
      else if (key === "Escape" && (text || !this.popup.hidden)) this.popup.hidden ? this.clear() : this.close();
      else if (key === "Backspace" && !this.entry.value && this.names.length) this.remove(this.names.length - 1);
      else return;
      event.preventDefault();
      event.stopPropagation(); // to Wagtail's menu, which Escape closes on a narrow page, and which then takes the focus
    }

    type() {
      this.blame("");
      if (/[,\n]/.test(this.entry.value)) { // from keyboards that send no keys
        this.take(this.entry.value);
        return;
      }
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.suggest(), PAUSE);
    }

    paste(event) {
      const text = event.clipboardData.getData("text");
      if (!/[,\n]/.test(text)) return;
      event.preventDefault();
      this.take(this.entry.value + text);
    }

    async ask(names, signal) {
      const url = new URL(this.urlValue, window.location);
      names.forEach((name) => url.searchParams.append("q", name));
      const response = await fetch(url, { signal, headers: { Accept: "application/json" } });
      if (!response.ok) throw new Error(response.statusText);
      return (await response.json()).results;
    }

    async suggest() {
      const text = this.entry.value.trim();
      if (!text) { this.close(); this.note.textContent = ""; return; }
      this.asked?.abort();
      this.asked = new AbortController();
      const [about] = await this.ask([text], this.asked.signal).catch(() => []);
      if (!about || text !== this.entry.value.trim() || document.activeElement !== this.entry) return;
      this.blame(about.fault);
      this.note.textContent = about.note;
      const options = about.options.filter(({ name }) => !this.has(name));
      this.popup.replaceChildren(...options.map((option, place) => this.option(option, place)));
      this.active = -1;
      this.open(options.length > 0);
      this.say([about.note, this.found(options.length, text)].filter(Boolean).join(" "));
    }

    found(count, text) {
      if (count) return this.countValue.replace("%s", count);
      return this.has(text) ? this.twiceValue.replace("%s", text) : "";
    }

    option({ name, label, hint }, place) {
      const option = document.createElement("li");
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      option.id = `${this.popup.id}-${place}`;
      option.dataset.name = name;
      option.append(...[label, hint].filter(Boolean).map((text) => Object.assign(document.createElement("span"), { textContent: text })));
      if (hint) option.firstChild.after(" "); // for whoever hears it
      return option;
    }

    open(isOpen) {
      this.popup.hidden = !isOpen;
      this.entry.setAttribute("aria-expanded", String(isOpen));
      this.entry.removeAttribute("aria-activedescendant");
      if (isOpen) this.popup.scrollIntoView({ block: "nearest" });
    }

    close() {
      clearTimeout(this.timer);
      this.asked?.abort(); // what comes late opens nothing
      this.active = -1;
      this.open(false);
    }

    clear() {
      this.entry.value = this.note.textContent = "";
      this.blame("");
    }

    blame(fault) { // say why what was typed can be no tag, or that it can
      if (fault) this.note.textContent = ""; // of what was taken before
      this.fault.textContent = fault;
      this.entry.setAttribute("aria-invalid", Boolean(fault));
    }

    move(step) {
      const { children } = this.popup;
      if (this.popup.hidden || !children.length) { this.suggest(); return; }
      children[this.active]?.setAttribute("aria-selected", "false");
      this.active = (this.active + step + children.length + (this.active < 0 && step < 0)) % children.length;
      children[this.active].setAttribute("aria-selected", "true");
      children[this.active].scrollIntoView({ block: "nearest" });
      this.entry.setAttribute("aria-activedescendant", children[this.active].id);
    }

    choose(option) {
      if (option) this.take(option.dataset.name);
    }

    has(name) {
      return this.names.some((chosen) => folded(chosen) === folded(name));
    }

    take(text) {
      this.close();
      const names = this.split(text).slice(0, this.oneValue ? 1 : undefined);
      if (!names.length) return;
      if (names.some((name) => [...this.refusedValue].some((sign) => name.includes(sign)))) {
        this.blame(this.faultValue);
        return; // what was typed stays
      }
      this.clear();
      if (this.oneValue) this.names = []; // another instead
      const added = names.filter((name) => {
        if (this.has(name)) { this.say(this.twiceValue, name); return false; }
        this.names.push(name);
        return true;
      });
      if (!added.length) return;
      this.keep();
      this.say(this.addedValue, added.join(", "));
      this.check(added);
    }

    async check(names) { // which tag each is, now that it stands there as it was typed
      const again = () => new Promise((resolve) => setTimeout(resolve, 1000)).then(() => this.ask(names)); // milliseconds
      const results = await this.ask(names).catch(again).catch(() => []);
      for (const { typed, name, fault, note } of results) {
        const place = this.names.indexOf(typed);
        if (place < 0) continue;
        if (fault) { this.names.splice(place, 1); this.blame(fault); }
        else if (name && name !== typed) {
          this.names.splice(place, 1);
          if (!this.has(name)) this.names.splice(place, 0, name);
        }
        if (note) { this.note.textContent = note; this.say(note); }
      }
      this.keep();
    }

    remove(place) {
      const [name] = this.names.splice(place, 1);
      this.keep();
      this.say(this.removedValue, name);
      this.entry.focus();
    }

    keep() {
      this.draw();
      const value = this.names.join(", ");
      if (value === this.store.value) return;
      this.store.value = value;
      this.store.dispatchEvent(new Event("change", { bubbles: true }));
    }

    draw() {
      this.list.hidden = !this.names.length;
      this.list.replaceChildren(...this.names.map((name, place) => {
        const item = this.chip.content.firstElementChild.cloneNode(true);
        const button = item.querySelector("button");
        item.querySelector("span").textContent = name;
        button.setAttribute("aria-label", button.getAttribute("aria-label").replace("%s", name));
        button.addEventListener("click", () => this.remove(place));
        return item;
      }));
    }
  }

  window.wagtail.app.register("tag-field", TagField);
})();
