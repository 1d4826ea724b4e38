// What a record costs: the accessors of sluice.records/1 through the C table, slices, copies, and
// the bytes of the journal.
#include "data/codec.hpp"
#include "data/records_table.hpp"

#include <benchmark/benchmark.h>

#include <string>

namespace sluice::data {
namespace {

RecordRef page(std::size_t bytes) {
  auto record = make_document("https://e.example/a/page", make_buffer(std::string(bytes, 'x')));
  for (const char* key : {"url", "canonical_url", "domain", "title", "description", "language",
                          "country", "crawl_id", "source", "content_id"}) {
    record->own_meta.set(key, MetaValue::of("a value of usual length"));
  }
  return record;
}

void text_of_a_chunk(benchmark::State& state) {
  const auto document = page(10'000);
  const auto chunk = make_slice(*document, 100, 1000, 3);
  const sluice_records* volatile api =
      &records_table();  // volatile: through the pointer, as a plugin calls
  for (auto _ : state) benchmark::DoNotOptimize(api->record_text(chunk.get()));
}
BENCHMARK(text_of_a_chunk);

void inherited_metadata(benchmark::State& state) {
  const auto document = page(10'000);
  const auto chunk = make_slice(*document, 100, 1000, 3);
  const sluice_records* volatile api = &records_table();
  const std::string key = "language";
  sluice_value value{};
  for (auto _ : state)
    benchmark::DoNotOptimize(api->meta_get(chunk.get(), {key.data(), key.size()}, &value));
}
BENCHMARK(inherited_metadata);

void slice(benchmark::State& state) {
  const auto document = page(10'000);
  for (auto _ : state) benchmark::DoNotOptimize(make_slice(*document, 100, 1000, 3).get());
}
BENCHMARK(slice);

void copy_for_a_second_branch(benchmark::State& state) {
  const auto document = page(10'000);
  const auto chunk = make_slice(*document, 100, 1000, 3);
  for (auto _ : state) benchmark::DoNotOptimize(copy_record(*chunk).get());
}
BENCHMARK(copy_for_a_second_branch);

void copy_of_a_page_for_its_first_stage(benchmark::State& state) {
  const auto document = page(10'000);
  for (auto _ : state) benchmark::DoNotOptimize(copy_record(*document).get());
}
BENCHMARK(copy_of_a_page_for_its_first_stage);

void encode_for_the_journal(benchmark::State& state) {
  const auto document = page(10'000);
  for (auto _ : state) benchmark::DoNotOptimize(encode(*document));
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations()) * 10'000);
}
BENCHMARK(encode_for_the_journal);

void decode_from_the_journal(benchmark::State& state) {
  const std::string bytes = encode(*page(10'000));
  for (auto _ : state) benchmark::DoNotOptimize(decode(bytes));
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations()) * 10'000);
}
BENCHMARK(decode_from_the_journal);

}  // namespace
}  // namespace sluice::data
