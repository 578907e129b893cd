// Has the Markdown editor's preview rendered by the server: the address stands in this script's data-preview. And has the
// spelling checked by the browser, since the editor would ask another site for a dictionary.
(() => {
  const address = document.currentScript.dataset.preview;
  const PAUSE = 300; // milliseconds without a key before the text is sent
  const waiting = new WeakMap();
  const render = async (text, preview) => {
    const answer = await fetch(address, {
      method: "POST",
      headers: { [window.wagtailConfig.CSRF_HEADER_NAME]: window.wagtailConfig.CSRF_TOKEN },
      body: new URLSearchParams({ text }),
    });
    if (answer.ok) preview.innerHTML = await answer.text();
  };
  window.wagtailMarkdown = window.wagtailMarkdown || {};
  window.wagtailMarkdown.options = {
    ...window.wagtailMarkdown.options,
    spellChecker: false,
    inputStyle: "contenteditable",
    previewRender(text, preview) {
      clearTimeout(waiting.get(preview));
      waiting.set(preview, setTimeout(render, PAUSE, text, preview));
      return null; // the preview keeps what it shows until the answer is here
    },
  };
})();
