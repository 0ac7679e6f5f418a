// Every fault of the boxes of a page, as kind and place; the body of a function.
const out = [], printed = matchMedia('print').matches, wide = document.documentElement.clientWidth;
const all = s => [...document.body.querySelectorAll(s)];
const box = e => e.getBoundingClientRect();
const seen = e => e.checkVisibility({contentVisibilityAuto: true, visibilityProperty: true}) && box(e).width > 0;
const called = e => `${e.id ? '#' + e.id : e.tagName} in #${e.closest('section,figure,header')?.id ?? ''} “${e.textContent.trim().slice(0, 50)}”`;
const say = (kind, e) => out.push(`${kind}: ${called(e)}`);
const meet = (a, b, across, down) =>
  Math.min(a.right, b.right) - Math.max(a.left, b.left) > across && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > down;

// pictures: labels inside the frame, apart from each other, large enough; marks there
for (const svg of all('svg').filter(seen)) {
  const frame = box(svg), scale = frame.width / svg.viewBox.baseVal.width;
  const texts = [...svg.querySelectorAll('text')].filter(t => t.textContent.trim()).map(t => [t, box(t)]);
  if (svg.querySelectorAll('path,circle,rect').length < 3 || frame.height < 20) say('empty picture', svg);
  for (const [t, b] of texts) {
    if (b.left < frame.left - 1 || b.right > frame.right + 1 || b.top < frame.top - 1 || b.bottom > frame.bottom + 1)
      say('label outside its frame', t);
    if (parseFloat(getComputedStyle(t).fontSize) * scale < 9.5) say('letters too small', t);
  }
  for (const path of svg.querySelectorAll('path[stroke-dasharray], [stroke-dasharray] path'))
    for (const [, x, y, length] of path.getAttribute('d').matchAll(/M([\d.]+),([\d.]+)v([\d.]+)/g)) {
      const [top, foot] = [+y, +y + +length].map(at => new DOMPoint(+x, at).matrixTransform(path.getScreenCTM()));
      for (const [t, b] of texts)
        if (top.x > b.left + 1 && top.x < b.right - 1 && top.y < b.bottom - 3 && foot.y > b.top + 3) say('line through a label', t);
    }
  texts.forEach(([t, a], i) => texts.slice(i + 1).forEach(([u, b]) => {
    if (meet(a, b, 1, 3)) say(`label covered by “${u.textContent}”`, t);
  }));
}

// nothing without content
for (const e of all('section,figure,table,tbody,tr,article,details,ul,p,blockquote,summary,caption,figcaption,h1,h2,h3,h4,.prose,.panel'))
  if (!e.textContent.trim()) say('empty', e);
for (const e of all('section')) if (e.children.length < 2) say('empty', e);
for (const e of all('figure,.panel')) if (!e.querySelector('svg')) say('empty', e);
for (const e of all('table')) if (!e.querySelector('tbody tr')) say('empty', e);
for (const e of all('figure,section,article,.panel,.prose').filter(e => !e.closest('details:not([open])') || printed))
  if (box(e).height < 12) say('empty', e);

// nothing beyond the page, but tables in their region on the screen; nothing that leaves its own box; nothing cut off
const excused = e => e.closest('.skip') || (!printed && e.closest('.scroll') && !e.matches('.scroll')) || e.closest('svg')?.contains(e.parentElement);
for (const e of all('*')) {
  if (!(e instanceof HTMLElement) && e.tagName !== 'svg') continue;
  const style = getComputedStyle(e);
  if (!seen(e)) continue;
  const b = box(e), cuts = [style.overflowX, style.overflowY].some(v => v === 'hidden' || v === 'clip');
  if (!excused(e) && (b.right > wide + 1 || b.left < -1)) say('wider than the page', e);
  if ((cuts || e.matches('.scroll')) && e.scrollHeight > e.clientHeight + 1) say('cut off', e);
  if (cuts && e.scrollWidth > e.clientWidth + 1) say('cut off', e);
  if (e.matches('p,h1,h2,h3,h4,li,th,td,caption,figcaption,summary,blockquote,article') && e.scrollWidth > e.clientWidth + 1 && e.clientWidth)
    say('leaves its box', e);
}

// no text upon another
const blocks = 'h1,h2,h3,h4,p,li,th,td,caption,summary,blockquote,.type,svg';
const leaves = all(blocks).filter(seen).filter(e => !excused(e) || e.closest('table'))
  .filter(e => e.matches('p') || !e.querySelector(blocks)).flatMap(e => [...e.getClientRects()].map(b => [e, b]));
leaves.sort((one, two) => one[1].top - two[1].top);
let open = [];
for (const [e, b] of leaves) {
  open = open.filter(([, o]) => o.bottom > b.top + 3);
  for (const [f, o] of open) if (!e.contains(f) && !f.contains(e) && meet(b, o, 2, 3)) say(`text upon “${f.textContent.trim().slice(0, 40)}”`, e);
  open.push([e, b]);
}
// the list of sections stays in place while the text goes past it
const nav = document.querySelector('nav');
if (getComputedStyle(nav).position === 'fixed')
  for (const e of all('main p, main .type, main table').filter(seen)) if (box(e).left < box(nav).right) say('text upon the list of sections', e);
return [...new Set(out)];
