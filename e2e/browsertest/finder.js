// Finds what a person would find on the page, and marks it with data-e2e.
window.e2e = {
  mark(el) {
    document.querySelectorAll('[data-e2e]').forEach(x => x.removeAttribute('data-e2e'));
    if (!el) return '';
    el.setAttribute('data-e2e', '');
    return el.type === 'file' ? 'file' : 'found';
  },
  seen(el) {
    if (el.closest('[hidden], [aria-hidden=true]')) return false;
    const r = el.getClientRects();
    return r.length > 0;
  },
  words(el) {
    return el.innerText.replace(/\s+/g, ' ').trim();
  },
  pick(list, text) {
    const seen = list.filter(e2e.seen);
    return seen.find(x => e2e.words(x) === text) || seen.find(x => e2e.words(x).startsWith(text)) || seen.find(x => e2e.words(x).includes(text));
  },
  button(text) {
    const main = document.querySelector('main') || document.body;
    const sel = 'button, a[href], summary';
    return e2e.mark(e2e.pick([...main.querySelectorAll(sel)], text) || e2e.pick([...document.querySelectorAll(sel)], text));
  },
  press() {
    const el = document.querySelector('[data-e2e]');
    el.scrollIntoView({ block: 'center', behavior: 'instant' });
    const r = el.getClientRects()[0];
    const top = document.elementFromPoint(r.left + r.width / 2, r.top + r.height / 2);
    if (!top || !(el.contains(top) || top.contains(el))) return 'it is covered by ' + (top ? top.outerHTML.slice(0, 200) : 'nothing');
    window.e2eLeaving = true;
    el.click();
    return '';
  },
  field(path) {
    const parts = path.split('/');
    const text = parts.pop();
    let roots = [document];
    for (const group of parts) {
      const sets = roots.flatMap(r => [...r.querySelectorAll('fieldset')]).filter(e2e.seen);
      const legend = f => { const l = f.querySelector('legend'); return l ? e2e.words(l) : ''; };
      const found = sets.filter(f => legend(f).startsWith(group));
      roots = found.length ? found : sets.filter(f => legend(f).includes(group));
    }
    const labels = roots.flatMap(r => [...r.querySelectorAll('label')]).filter(l => l.control);
    const bare = l => { const c = l.cloneNode(true); c.querySelectorAll('input, select, textarea').forEach(x => x.remove()); return c.textContent.replace(/\s+/g, ' ').trim(); };
    const label = labels.find(l => bare(l) === text) || labels.find(l => bare(l).startsWith(text)) || labels.find(l => bare(l).includes(text));
    return e2e.mark(label && label.control);
  },
  fill(value) {
    const el = document.querySelector('[data-e2e]');
    if (el.disabled || el.readOnly) return 'it cannot be changed';
    if (el.type === 'checkbox' || el.type === 'radio') {
      if (el.checked !== (value === 'on')) el.click();
      return el.checked === (value === 'on') ? '' : 'it stays as it is';
    }
    if (el.tagName === 'SELECT') {
      const option = [...el.options].find(o => o.text.trim() === value) || [...el.options].find(o => o.text.includes(value));
      if (!option) return 'no such option among ' + [...el.options].map(o => o.text).join(', ');
      el.value = option.value;
    } else {
      el.focus();
      el.value = value;
    }
    el.dispatchEvent(new Event('input', { bubbles: true }));
    el.dispatchEvent(new Event('change', { bubbles: true }));
    return '';
  },
};
