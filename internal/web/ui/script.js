// Extras only: every page works without this file.
(() => {
  // A second click on a submit button sends nothing: the first is on its way.
  // The button is not disabled, so its name and value are still sent.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post") return;
    if (form.dataset.sent && Date.now() - form.dataset.sent < 8000) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = Date.now();
    form.setAttribute("aria-busy", "true");
  });

  // Coming back from the browser's memory, the form may be sent again.
  addEventListener("pageshow", () => {
    for (const form of document.forms) {
      delete form.dataset.sent;
      form.removeAttribute("aria-busy");
    }
  });

  // The error summary takes the focus, also where autofocus is not honoured.
  document.querySelector(".mg-summary")?.focus();

  // What is being typed is completed by a small endpoint, after a short pause.
  for (const input of document.querySelectorAll("[data-suggest]")) {
    let wait;
    input.addEventListener("input", (event) => {
      clearTimeout(wait);
      if (event.isComposing || !input.value) return;
      wait = setTimeout(async () => {
        const answer = await fetch(`${input.dataset.suggest}?q=${encodeURIComponent(input.value)}`).catch(() => null);
        if (!answer?.ok) return;
        const { words } = await answer.json();
        input.list?.replaceChildren(...words.map((word) => new Option(word)));
      }, 200);
    });
  }

  // Buttons that need a script stand hidden in the page.
  for (const button of document.querySelectorAll("[data-copy], [data-print]")) {
    if ("copy" in button.dataset && !navigator.clipboard) continue;
    button.hidden = false;
    button.addEventListener("click", async () => {
      if ("print" in button.dataset) return print();
      await navigator.clipboard.writeText(button.dataset.copy);
      const says = document.getElementById(button.dataset.says);
      if (says) says.hidden = false;
    });
  }
})();
