// The form of a stream: a slug and a selection proposed from its name, and how many notes the selection finds.
(() => {
  const PAUSE = 200; // milliseconds without a key before the server is asked

  class StreamForm extends window.StimulusModule.Controller {
    static targets = ["count", "unknown"];

    static values = { url: String };

    connect() {
      const { form } = this.element.querySelector("input");
      [this.name, this.slug, this.blog] = ["name", "slug", "blog"].map((name) => form.elements.namedItem(name));
      this.selection = this.element.querySelector("input");
      this.proposesSlug = !this.slug.value;
      this.proposesSelection = !this.selection.value;
      this.slug.addEventListener("input", () => { this.proposesSlug = false; });
      this.name.addEventListener("input", () => this.ask(true));
      this.element.addEventListener("input", () => { this.proposesSelection = false; this.ask(); });
      this.element.addEventListener("change", () => this.ask());
      this.blog?.addEventListener?.("change", () => this.ask());
      this.ask();
    }

    ask(isNamed = false) {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.show(isNamed), PAUSE);
    }

    async show(isNamed) {
      const url = new URL(this.urlValue, window.location);
      const typed = this.element.querySelector("[role=combobox]")?.value.trim();
      url.searchParams.set("name", this.name.value);
      url.searchParams.set("blog", this.blog?.value || "");
      url.searchParams.set("selection", [this.selection.value, typed].filter(Boolean).join(", "));
      this.asked?.abort();
      this.asked = new AbortController();
      const response = await fetch(url, { signal: this.asked.signal, headers: { Accept: "application/json" } }).catch(() => null);
      if (!response?.ok) return;
      const found = await response.json();
      this.countTarget.textContent = found.count;
      this.unknownTarget.textContent = typed ? "" : found.unknown; // a name may be half typed
      if (!isNamed) return;
      if (this.proposesSlug) this.slug.value = found.slug;
      if (this.proposesSelection) this.propose(found.selection);
    }

    propose(selection) {
      const field = this.element.querySelector("[data-controller=tag-field]");
      const tags = window.wagtail.app.getControllerForElementAndIdentifier(field, "tag-field");
      if (!tags || this.selection.value === selection) return;
      tags.names = tags.split(selection);
      tags.keep();
    }
  }

  window.wagtail.app.register("stream-form", StreamForm);
})();
