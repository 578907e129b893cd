// The field of a text in Markdown: EasyMDE with a toolbar that the keyboard reaches, and Wagtail's choosers.
(() => {
  const { EasyMDE, ModalWorkflow } = window;
  const ACTIONS = {
    bold: EasyMDE.toggleBold, italic: EasyMDE.toggleItalic, heading: EasyMDE.toggleHeadingSmaller, quote: EasyMDE.toggleBlockquote,
    "unordered-list": EasyMDE.toggleUnorderedList, "ordered-list": EasyMDE.toggleOrderedList, fullscreen: EasyMDE.toggleFullScreen,
  };
  const SEPARATED = ["quote", "page", "fullscreen"]; // a line stands before these
  const MODALS = { // the handlers of Wagtail's choosers, the parameters of their addresses, and what they call their response
    image: ["IMAGE_CHOOSER_MODAL_ONLOAD_HANDLERS", { select_format: true }, "chosen"],
    document: ["DOCUMENT_CHOOSER_MODAL_ONLOAD_HANDLERS", {}, "chosen"],
    page: ["PAGE_CHOOSER_MODAL_ONLOAD_HANDLERS", { page_type: "wagtailcore.page", allow_external_link: true }, "pageChosen"],
  };
  const KINDS = { image: "image", document: "doc", page: "page" }; // in addresses
  const escaped = (text) => text.replace(/[[\]\\]/g, "\\$&").replace(/\s+/g, " ").trim();

  // The steps of a chooser, which name its dialog: each replaces the last, and with it what had the focus, without which Escape closes nothing.
  const keepingFocus = (steps) => Object.fromEntries(Object.entries(steps).map(([name, step]) => [name, (modal, ...given) => {
    step(modal, ...given);
    const [dialog] = modal.container;
    dialog.setAttribute("aria-label", dialog.querySelector("h1, h2")?.textContent.trim() ?? "");
    const focus = () => (dialog.querySelector("[name$=alt_text]") ?? dialog).focus();
    const active = document.activeElement;
    if (active === dialog || !dialog.contains(active)) focus();
    let held; // what got the focus while the dialog came: at the end of its animation Bootstrap takes it away
    dialog.addEventListener("focusin", ({ target }) => { if (target !== dialog) held = target; });
    modal.container.off("shown.bs.modal.kept").on("shown.bs.modal.kept", () => (held?.isConnected ? held.focus() : focus()));
  }]));

  class TextField extends window.StimulusModule.Controller {
    static values = { labels: Object, addresses: Object, toolbar: String, control: String };

    connect() {
      const area = this.element.querySelector("textarea");
      const label = area.labels[0] || this.element.closest("section")?.querySelector("label, h2");
      this.easy = new EasyMDE({
        element: area, autofocus: false, autoDownloadFontAwesome: false, spellChecker: false, nativeSpellcheck: true, status: false,
        inputStyle: "contenteditable", forceSync: true, minHeight: "16rem", toolbar: this.buttons(), previewRender: () => "",
        shortcuts: { togglePreview: null, toggleSideBySide: null, drawImage: null, drawLink: null, drawTable: null },
      });
      this.editor = this.easy.codemirror;
      area.codemirror = this.editor;
      this.editor.setOption("extraKeys", { ...this.editor.getOption("extraKeys"), Tab: false, "Shift-Tab": false });
      this.name(area, label);
      this.dressToolbar();
      const insert = (kind, id, text) => this.insert(kind, id, text);
      const upload = new window.kimonote.Upload(this.element.querySelector("dialog"), this.addressesValue.upload, insert);
      this.editor.on("paste", (_, event) => upload.take(event.clipboardData) && event.preventDefault());
      this.editor.on("drop", (_, event) => upload.take(event.dataTransfer) && event.preventDefault());
      new window.kimonote.Links(this.editor, this.element.querySelector("[role=listbox]"), this.element.querySelector("[role=status]"), this.addressesValue.titles);
      this.editor.on("change", () => {
        clearTimeout(this.timer);
        this.timer = setTimeout(() => area.dispatchEvent(new Event("change", { bubbles: true })), 300); // milliseconds
      });
      this.element.addEventListener("keydown", (event) => { // else Wagtail's menu on a narrow page takes the focus
        if (event.key === "Escape" && !this.editor.getOption("fullScreen")) event.stopPropagation();
      });
      this.onShown = () => setTimeout(() => this.editor.refresh(), 100); // milliseconds after its tab was shown
      document.addEventListener("w-tabs:changed", this.onShown);
    }

    disconnect() {
      document.removeEventListener("w-tabs:changed", this.onShown);
    }

    buttons() {
      return Object.entries(this.labelsValue).flatMap(([name, title]) => {
        const action = ACTIONS[name] || (name === "guide" ? this.addressesValue.guide : () => this.choose(name));
        const button = { name, title, action, className: name };
        return SEPARATED.includes(name) ? ["|", button] : [button];
      });
    }

    name(area, label) {
      const field = this.editor.getInputField();
      if (label) label.id ||= `${area.id}-name`;
      const names = { role: "textbox", "aria-multiline": "true", "aria-labelledby": label?.id, "aria-describedby": area.getAttribute("aria-describedby") };
      for (const [name, value] of Object.entries(names)) if (value) field.setAttribute(name, value);
      field.removeAttribute("aria-label");
      label?.addEventListener("click", () => this.editor.focus());
    }

    dressToolbar() { // as the pattern of toolbars has it: Tab reaches one button, the arrows the others
      const bar = this.element.querySelector(".editor-toolbar");
      const buttons = [...bar.querySelectorAll("button")];
      bar.setAttribute("role", "toolbar");
      bar.setAttribute("aria-label", this.toolbarValue);
      buttons.forEach((button, place) => {
        button.tabIndex = place ? -1 : 0;
        button.title = button.title.replace("Ctrl", this.controlValue);
        button.setAttribute("aria-label", button.title);
        if (button.className in ACTIONS) this.showPressed(button);
      });
      bar.addEventListener("keydown", (event) => {
        const place = buttons.indexOf(document.activeElement);
        const next = { ArrowRight: place + 1, ArrowLeft: place - 1, Home: 0, End: -1 }[event.key];
        if (next === undefined) return;
        event.preventDefault();
        const button = buttons.at(next % buttons.length);
        buttons.forEach((other) => { other.tabIndex = other === button ? 0 : -1; });
        button.focus();
      });
    }

    showPressed(button) { // as EasyMDE shows by a class what applies where the cursor is
      const show = () => button.setAttribute("aria-pressed", button.classList.contains("active"));
      new MutationObserver(show).observe(button, { attributeFilter: ["class"] });
      show();
    }

    choose(kind) {
      const [handlers, parameters, response] = MODALS[kind];
      const selected = this.editor.getSelection();
      const modal = ModalWorkflow({
        url: this.addressesValue[kind],
        urlParams: kind === "page" ? { ...parameters, link_text: selected } : parameters,
        onload: keepingFocus(window[handlers]),
        responses: { [response]: (chosen) => {
          modal.container.on("hidden.bs.modal", () => this.editor.focus()); // which Wagtail gives to the button
          this.chosen(kind, chosen, selected);
        } },
      });
    }

    chosen(kind, { id, url, title, alt }, selected) {
      if (kind === "image") this.insert(kind, id, alt);
      else this.insert(kind, id, selected || title || url, id ? "" : url);
    }

    insert(kind, id, text, url) {
      const address = url ? `<${url}>` : `${KINDS[kind]}:${id}`;
      this.editor.replaceSelection(`${kind === "image" ? "!" : ""}[${escaped(text)}](${address})`);
      this.editor.focus();
    }
  }

  window.wagtail.app.register("text-field", TextField);
})();
