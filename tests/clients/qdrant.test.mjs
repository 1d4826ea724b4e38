// @qdrant/js-client-rest at work on fake_qdrant: the life of a collection.
import {QdrantClient} from '@qdrant/js-client-rest';
import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';

const url = process.env.SERVICE_URL;
const client = new QdrantClient({url, apiKey: 'sesame'});
const name = 'pages';
const points = [
  {id: 1, vector: {dense: [1, 0, 0, 0]}, payload: {document_id: 'a', lang: 'en', ordinal: 0}},
  {id: 2, vector: {dense: [0.9, 0.1, 0, 0]}, payload: {document_id: 'a', lang: 'en', ordinal: 1}},
  {id: '4d1a2c8e-5a6b-5c7d-8e9f-0a1b2c3d4e5f', vector: {dense: [0, 1, 0, 0]},
   payload: {document_id: 'b', lang: 'de', ordinal: 0}},
];
const ofGerman = {must: [{key: 'lang', match: {value: 'de'}}]};

before(async () => {
  assert.equal(await client.createCollection(name, {
    vectors: {dense: {size: 4, distance: 'Cosine', on_disk: true}},
    quantization_config: {scalar: {type: 'int8', always_ram: true}},
  }), true);
  const made = await client.createPayloadIndex(
      name, {wait: true, field_name: 'lang', field_schema: 'keyword'});
  assert.equal(made.status, 'completed');
  const written = await client.upsert(name, {wait: true, points});
  assert.equal(written.status, 'completed');
});

after(async () => {
  assert.equal(await client.deleteCollection(name), true);
  assert.equal((await client.collectionExists(name)).exists, false);
});

test('the server says what it is', async () => {
  const {title, version} = await client.versionInfo();
  assert.match(title, /qdrant/);
  assert.match(version, /^1\.\d+\.\d+$/);
});

test('a collection is listed and described', async () => {
  const {collections} = await client.getCollections();
  assert.deepEqual(collections.map((one) => one.name), [name]);
  const info = await client.getCollection(name);
  assert.equal(info.status, 'green');
  assert.equal(info.points_count, points.length);
  assert.equal(info.config.params.vectors.dense.size, 4);
  assert.equal(info.payload_schema.lang.data_type, 'keyword');
});

test('points are found by nearness, with filters', async () => {
  const near = await client.query(
      name, {query: [1, 0, 0, 0], using: 'dense', limit: 2, with_payload: true});
  assert.deepEqual(near.points.map((point) => point.id), [1, 2]);
  assert.ok(near.points[0].score > near.points[1].score);
  assert.equal(near.points[0].payload.document_id, 'a');
  const german = await client.query(
      name, {query: [1, 0, 0, 0], using: 'dense', filter: ofGerman, limit: 5});
  assert.deepEqual(german.points.map((point) => point.id), [points[2].id]);
});

test('points are grouped by document', async () => {
  const {groups} = await client.queryGroups(name, {
    query: [1, 0, 0, 0], using: 'dense', group_by: 'document_id', group_size: 1, limit: 10,
    with_payload: true,
  });
  assert.deepEqual(groups.map((group) => group.id), ['a', 'b']);
  assert.deepEqual(groups.map((group) => group.hits.length), [1, 1]);
});

test('points are counted, fetched and scrolled through', async () => {
  assert.equal((await client.count(name, {exact: true})).count, points.length);
  assert.equal((await client.count(name, {filter: ofGerman, exact: true})).count, 1);
  const [second] = await client.retrieve(name, {ids: [2], with_vector: true, with_payload: true});
  assert.equal(second.payload.ordinal, 1);
  assert.equal(second.vector.dense.length, 4);
  const seen = [];
  let offset;
  do {
    const page = await client.scroll(name, {limit: 2, offset, with_payload: true});
    seen.push(...page.points.map((point) => point.payload.document_id));
    offset = page.next_page_offset;
  } while (offset);
  assert.deepEqual(seen.sort(), ['a', 'a', 'b']);
});

test('points go by filter and by id', async () => {
  const extra = {id: 77, vector: {dense: [0, 0, 0, 1]}, payload: {document_id: 'c', lang: 'fr'}};
  await client.upsert(name, {wait: true, points: [extra]});
  const gone = await client.delete(
      name, {wait: true, filter: {must: [{key: 'document_id', match: {value: 'c'}}]}});
  assert.equal(gone.status, 'completed');
  await client.upsert(name, {wait: true, points: [extra]});
  await client.delete(name, {wait: true, points: [77]});
  assert.equal((await client.count(name, {exact: true})).count, points.length);
});

test('what is wrong is refused as the client expects it', async () => {
  await assert.rejects(
      client.upsert(name, {wait: true, points: [{id: 9, vector: {dense: [1, 2]}}]}),
      (failure) => failure.status === 400 &&
          /dimension/.test(JSON.stringify(failure.data)));
  await assert.rejects(client.getCollection('nowhere'), (failure) => failure.status === 404);
  const stranger = new QdrantClient({url, apiKey: 'wrong', checkCompatibility: false});
  await assert.rejects(stranger.getCollections(), (failure) => failure.status === 401);
});
