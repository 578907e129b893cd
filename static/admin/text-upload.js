// Pictures pasted or dropped into a text: a dialog asks what each says, and uploads it.
window.kimonote = window.kimonote || {};
window.kimonote.Upload = class {
  constructor(dialog, address, insert) {
    Object.assign(this, { dialog, address, insert, waiting: [] });
    [this.image, this.alt, this.decorative, this.progress, this.fault] = ["img", "[type=text]", "[type=checkbox]", "progress", "[role=alert]"]
      .map((selector) => dialog.querySelector(selector));
    for (const input of [this.alt, this.decorative]) input.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return; // which would send the form around
      event.preventDefault();
      this.send();
    });
    dialog.addEventListener("input", (event) => event.stopPropagation()); // not of the page's form
    dialog.addEventListener("change", (event) => event.stopPropagation());
    dialog.querySelector("[data-upload]").addEventListener("click", () => this.send());
    dialog.querySelector("[data-cancel]").addEventListener("click", () => dialog.close());
    dialog.addEventListener("close", () => this.next());
  }

  // Take the pictures of a paste or drop; say whether there were any.
  take(transfer) {
    const files = [...(transfer?.files ?? [])].filter((file) => file.type.startsWith("image/"));
    this.waiting.push(...files);
    if (files.length && !this.dialog.open) this.next();
    return files.length > 0;
  }

  next() {
    this.request?.abort();
    if (this.image.src) URL.revokeObjectURL(this.image.src);
    this.file = this.waiting.shift();
    if (!this.file) return;
    this.image.src = URL.createObjectURL(this.file);
    this.alt.value = this.fault.textContent = "";
    this.decorative.checked = false;
    this.progress.hidden = true;
    this.dialog.showModal();
    this.alt.focus();
  }

  send() {
    const alt = this.decorative.checked ? "" : this.alt.value.trim();
    this.fault.textContent = alt || this.decorative.checked ? "" : this.fault.dataset.missing;
    if (this.fault.textContent) { this.alt.focus(); return; }
    const body = new FormData();
    body.append("file", this.file);
    body.append("alt", alt);
    this.request = Object.assign(new XMLHttpRequest(), { responseType: "json" }); // fetch tells no progress
    this.request.open("POST", this.address);
    this.request.setRequestHeader(window.wagtailConfig.CSRF_HEADER_NAME, window.wagtailConfig.CSRF_TOKEN);
    this.request.upload.addEventListener("progress", ({ loaded, total }) => { this.progress.value = loaded / total; });
    this.request.addEventListener("load", () => this.received(alt));
    this.request.addEventListener("error", () => this.refuse(this.fault.dataset.failed));
    this.progress.hidden = false;
    this.request.send(body);
  }

  received(alt) {
    const { status, response } = this.request;
    if (status !== 200) { this.refuse(response?.error || this.fault.dataset.failed); return; }
    this.dialog.close(); // first: the text gets the focus, also where the picture was dropped without it
    this.insert("image", response.id, alt);
  }

  refuse(sentence) {
    this.progress.hidden = true;
    this.fault.textContent = sentence;
  }
};
