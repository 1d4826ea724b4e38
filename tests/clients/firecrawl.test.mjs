// firecrawl (v2) and @mendable/firecrawl-js (v1) at work on fake_firecrawl, or on a Sluice in front of
// one: they cannot tell.
import FirecrawlV1 from '@mendable/firecrawl-js';
import Firecrawl from 'firecrawl';
import assert from 'node:assert/strict';
import {test} from 'node:test';

const apiUrl = process.env.SERVICE_URL;
const apiKey = 'fc-sesame';
const client = new Firecrawl({apiUrl, apiKey});
const old = new FirecrawlV1({apiUrl, apiKey});
const site = 'https://docs.example/';

test('v2 scrapes a page in the formats it asks for', async () => {
  const page = await client.scrape(site, {formats: ['markdown', 'links']});
  assert.equal(page.metadata.sourceURL, site);
  assert.match(page.markdown, /^# Page 0/);
  assert.ok(Array.isArray(page.links));
});

test('v2 crawls and pages through the results', async () => {
  const job = await client.crawl(site, {limit: 7, pollInterval: 1});
  assert.equal(job.status, 'completed');
  assert.equal(job.data.length, 7);
  assert.deepEqual(await client.getCrawlErrors(job.id), {errors: [], robotsBlocked: []});
});

test('v2 scrapes a batch', async () => {
  const job = await client.batchScrape([site, `${site}page/1`], {pollInterval: 1});
  assert.equal(job.status, 'completed');
  assert.equal(job.data.length, 2);
});

test('v2 starts and cancels, maps and lists', async () => {
  const {id} = await client.startCrawl(site, {limit: 2});
  const status = await client.getCrawlStatus(id);
  assert.match(status.status, /scraping|completed/);
  assert.equal((await client.map(site)).links.length, 10);
  assert.equal((await client.getActiveCrawls()).success, true);
});

test('v2 is told why a page cannot be scraped', async () => {
  await assert.rejects(client.scrape('https://docs.example/', {timeout: -1, waitFor: 'x'}));
});

test('v1 scrapes, crawls and maps', async () => {
  const page = await old.scrapeUrl(site, {formats: ['markdown']});
  assert.equal(page.success, true);
  assert.match(page.markdown, /^# Page 0/);
  const job = await old.crawlUrl(site, {limit: 7}, 1);
  assert.equal(job.status, 'completed');
  assert.equal(job.data.length, 7);
  assert.equal((await old.mapUrl(site)).links.length, 10);
});
