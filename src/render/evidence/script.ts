/** What the page may do with a script, and does without: sort the holders and filter them. It holds no data. */
export const SCRIPT = `
(() => {
  const table = document.getElementById('holders');
  if (!table) return;
  const body = table.tBodies[0];
  const rows = [...body.rows];
  const texts = new Map(rows.map((row) => [row, row.textContent.toLowerCase()]));
  const box = document.createElement('p');
  box.className = 'filter';
  const label = document.createElement('label');
  label.textContent = 'Show only holders with: ';
  const input = document.createElement('input');
  input.type = 'search';
  const count = document.createElement('span');
  count.setAttribute('role', 'status');
  label.append(input);
  box.append(label, ' ', count);
  table.parentElement.before(box);
  input.addEventListener('input', () => {
    const words = input.value.toLowerCase().split(/\\s+/).filter(Boolean);
    let shown = 0;
    for (const row of rows) {
      const hit = words.every((word) => texts.get(row).includes(word));
      row.hidden = !hit;
      if (hit) shown++;
    }
    count.textContent = words.length === 0 ? '' : shown + ' of ' + rows.length;
  });
  [...table.tHead.rows[0].cells].forEach((cell, at) => {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'sort';
    button.textContent = '\u21c5';
    button.setAttribute('aria-label', 'Sort by ' + cell.textContent);
    cell.append(' ', button);
    button.addEventListener('click', () => {
      const up = cell.getAttribute('aria-sort') !== 'ascending';
      for (const other of table.tHead.rows[0].cells) other.removeAttribute('aria-sort');
      cell.setAttribute('aria-sort', up ? 'ascending' : 'descending');
      const key = new Map(rows.map((row) => [row, row.cells[at].dataset.sort ?? row.cells[at].textContent]));
      rows.sort((one, other) => (up ? 1 : -1) * key.get(one).localeCompare(key.get(other), 'en', { numeric: true }));
      body.append(...rows);
    });
  });
})();
`.trim()
