'use strict';
// Nothing of what the host answers is ever taken as HTML: all of it goes in as text.
const byId = (id) => document.getElementById(id);
const everyMs = 2000;
let token = '';

async function ask(path) {
  const answer = await fetch(path, {
    headers: token ? {Authorization: 'Bearer ' + token} : {}, cache: 'no-store', credentials: 'omit'});
  if (answer.status === 401) throw new Error('This host wants its API token.');
  if (!answer.ok) throw new Error(path + ' answered ' + answer.status + '.');
  return answer.json();
}

function cell(text, kind) {
  const td = document.createElement('td');
  td.textContent = text === null || text === undefined ? '–' : String(text);
  if (kind) td.className = kind;
  td.title = td.textContent;
  return td;
}

function fill(table, rows) {
  byId(table).tBodies[0].replaceChildren(...rows.map((cells) => {
    const tr = document.createElement('tr');
    tr.append(...cells);
    return tr;
  }));
}

function numbers(list) {
  byId('numbers').replaceChildren(...list.map(([name, value]) => {
    const box = document.createElement('div');
    const dt = document.createElement('dt');
    const dd = document.createElement('dd');
    dt.textContent = name;
    dd.textContent = value === undefined ? '–' : Number(value).toLocaleString();
    box.append(dt, dd);
    return box;
  }));
}

function show(pipeline, stats, crawls) {
  byId('name').textContent = pipeline.name;
  byId('mode').textContent = pipeline.mode + ', generation ' + pipeline.generation;
  document.title = pipeline.name + ' – Sluice';
  numbers([['documents', stats.total_documents], ['chunks', stats.total_chunks],
    ['pages in memory', pipeline.pages_in_memory], ['pages on disk', pipeline.pages_on_disk],
    ['crawls', crawls.total]]);
  fill('stages', pipeline.stages.map((s) => [cell(s.name, 'text'), cell(s.plugin, 'text'), cell(s.depth),
    cell(s.in_flight), cell(s.retrying), cell(s.records_per_second), cell(Math.round(s.utilization * 100) + ' %'),
    cell(s.reason || s.health, s.health === 'healthy' ? 'text good' : 'text bad')]));
  fill('crawls', crawls.items.map((c) => [cell(c.crawl_id, 'text'), cell(c.state), cell(c.received), cell(c.indexed),
    cell(c.unchanged), cell(c.skipped), cell(c.failed, c.failed ? 'bad' : ''), cell(c.pending),
    cell(c.time_to_index_ms.p50), cell(c.time_to_index_ms.p95), cell(c.started_at)]));
}

async function look() {
  try {
    show(...await Promise.all([ask('/api/pipeline'), ask('/api/stats'), ask('/api/crawls?limit=20')]));
    byId('message').textContent = '';
  } catch (error) {
    byId('message').textContent = error instanceof TypeError ? 'The host does not answer.' : error.message;
  }
  setTimeout(look, everyMs);
}

byId('key').addEventListener('submit', (event) => {
  event.preventDefault();
  token = byId('token').value.trim();
  byId('token').value = '';
});
look();
