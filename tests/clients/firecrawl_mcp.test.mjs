// firecrawl-mcp at work on fake_firecrawl, or on a Sluice in front of one: a model's scrape and crawl,
// as its host program asks for them over standard input and output.
import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {createInterface} from 'node:readline';
import {after, before, test} from 'node:test';

const oldestNode = 20;
const nodeVersion = Number(process.versions.node.split('.')[0]);
const skip = nodeVersion < oldestNode && `firecrawl-mcp wants node ${oldestNode} or later`;
const site = 'https://docs.example/';
let server;
let nextId = 1;
const waiting = new Map();

// JSON-RPC, one message a line, as the Model Context Protocol has it.
function send(message) {
  server.stdin.write(JSON.stringify({jsonrpc: '2.0', ...message}) + '\n');
}

function ask(method, params) {
  const id = nextId++;
  return new Promise((resolve, reject) => {
    waiting.set(id, {resolve, reject});
    send({id, method, params});
  });
}

// What a tool says, and whether it says that it failed.
async function call(name, args) {
  const {content, isError} = await ask('tools/call', {name, arguments: args});
  return {text: content.map((part) => part.text).join('\n'), isError: isError === true};
}

before(async () => {
  if (skip) return;
  server = spawn(process.execPath, ['node_modules/firecrawl-mcp/dist/index.js'], {
    env: {
      PATH: process.env.PATH,
      FIRECRAWL_API_URL: process.env.SERVICE_URL,
      FIRECRAWL_API_KEY: 'fc-sesame',
    },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  createInterface({input: server.stdout}).on('line', (line) => {
    const {id, result, error} = JSON.parse(line);
    const asked = waiting.get(id);
    waiting.delete(id);
    if (error) asked?.reject(new Error(error.message));
    else asked?.resolve(result);
  });
  server.on('exit', (code) => {
    for (const {reject} of waiting.values()) reject(new Error(`firecrawl-mcp ended with ${code}`));
  });
  await ask('initialize', {
    protocolVersion: '2025-06-18',
    capabilities: {},
    clientInfo: {name: 'sluice-tests', version: '1'},
  });
  send({method: 'notifications/initialized'});
});

after(async () => {
  if (!server || server.exitCode !== null) return;
  server.kill();
  await once(server, 'exit');
});

test('scrapes a page', {skip}, async () => {
  const {text, isError} = await call('firecrawl_scrape', {url: site, formats: ['markdown']});
  assert.equal(isError, false, text);
  const page = JSON.parse(text);
  assert.match(page.markdown, /^# Page 0/);
  assert.equal(page.metadata.sourceURL, site);
});

test('is told of a crawl that there is not', {skip}, async () => {
  const {text, isError} = await call('firecrawl_check_crawl_status', {
    id: '11111111-2222-4333-8444-555555555555',
  });
  assert.equal(isError, true, text);
  assert.match(text, /404/);
});

test('crawls, and follows the crawl to its end', {skip}, async () => {
  const started = await call('firecrawl_crawl', {url: site, limit: 7});
  assert.equal(started.isError, false, started.text);
  const [id] = started.text.match(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/);
  let crawl;
  do {
    const {text, isError} = await call('firecrawl_check_crawl_status', {id});
    assert.equal(isError, false, text);
    crawl = JSON.parse(text);
  } while (crawl.status === 'scraping');
  assert.equal(crawl.status, 'completed');
  assert.equal(crawl.data.length, 7);
});

test('maps a site', {skip}, async () => {
  const {text, isError} = await call('firecrawl_map', {url: site});
  assert.equal(isError, false, text);
  assert.equal(JSON.parse(text).links.length, 10);
});
