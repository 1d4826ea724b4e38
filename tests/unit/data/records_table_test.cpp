// sluice.records/1 as a plugin calls it.
#include "data/records_table.hpp"

#include "data/batch.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace sluice::data {
namespace {

class RecordsTable : public testing::Test {
 protected:
  RecordsTable() { host_.impl = &account_; }

  sluice_str s(std::string_view text) const { return {text.data(), text.size()}; }
  std::string text(sluice_str view) const { return {view.data, view.size}; }
  sluice_record* document(std::string_view id, std::string_view content) {
    sluice_buffer* buffer = nullptr;
    EXPECT_EQ(api_.buffer_copy(&host_, s(content), &buffer), SLUICE_OK);
    sluice_record* record = nullptr;
    EXPECT_EQ(api_.record_new(&host_, s(id), buffer, &record), SLUICE_OK);
    api_.buffer_unref(buffer);
    return record;
  }

  Account account_;
  sluice_host host_{};
  const sluice_records& api_ = records_table();
};

TEST_F(RecordsTable, SlicesShareTheTextOfTheirDocument) {
  sluice_record* page = document("https://e.example/", "0123456789");
  sluice_record* chunk = nullptr;
  ASSERT_EQ(api_.record_slice(page, 2, 5, 3, &chunk), SLUICE_OK);
  EXPECT_EQ(text(api_.record_text(chunk)), "23456");
  EXPECT_EQ(api_.record_text(chunk).data, api_.record_text(page).data + 2);
  EXPECT_EQ(text(api_.record_id(chunk)), "https://e.example/#3");
  EXPECT_EQ(text(api_.record_document_id(chunk)), "https://e.example/");
  sluice_span span{};
  span.struct_size = sizeof span;
  ASSERT_EQ(api_.record_span(chunk, &span), SLUICE_OK);
  EXPECT_EQ(span.ordinal, 3U);
  EXPECT_EQ(span.offset, 2U);
  EXPECT_EQ(span.length, 5U);
  EXPECT_EQ(api_.record_span(page, &span), SLUICE_E_NOT_FOUND);
  api_.record_free(chunk);
  api_.record_free(page);
}

TEST_F(RecordsTable, RefusesASliceBeyondTheText) {
  sluice_record* page = document("https://e.example/", "0123456789");
  sluice_record* chunk = nullptr;
  EXPECT_EQ(api_.record_slice(page, 5, 6, 0, &chunk), SLUICE_E_INVALID);
  EXPECT_EQ(api_.record_slice(page, 11, 0, 0, &chunk), SLUICE_E_INVALID);
  EXPECT_EQ(api_.record_slice(page, UINT64_MAX, 2, 0, &chunk), SLUICE_E_INVALID);
  api_.record_free(page);
}

TEST_F(RecordsTable, AChunkInheritsMetadataAndMayHideIt) {
  sluice_record* page = document("https://e.example/", "0123456789");
  sluice_value value{};
  value.kind = SLUICE_TEXT;
  value.as.str = s("page");
  api_.meta_set(page, s("title"), &value);
  api_.meta_set(page, s("language"), &value);
  sluice_record* chunk = nullptr;
  ASSERT_EQ(api_.record_slice(page, 0, 5, 0, &chunk), SLUICE_OK);
  value.as.str = s("chunk");
  api_.meta_set(chunk, s("title"), &value);

  std::map<std::string, std::string> seen;
  api_.meta_each(
      chunk,
      [](void* ctx, const sluice_kv* kv) -> sluice_status {
        auto& map = *static_cast<std::map<std::string, std::string>*>(ctx);
        map.emplace(std::string(kv->key.data, kv->key.size),
                    std::string(kv->value.as.str.data, kv->value.as.str.size));
        return SLUICE_OK;
      },
      &seen);
  EXPECT_EQ(seen, (std::map<std::string, std::string>{{"title", "chunk"}, {"language", "page"}}));
  api_.record_free(chunk);
  api_.record_free(page);
}

TEST_F(RecordsTable, AnAdoptedBufferIsReleasedOnceByTheLastReference) {
  int released = 0;
  const std::string bytes = "adopted";
  sluice_buffer* buffer = nullptr;
  ASSERT_EQ(api_.buffer_adopt(
                &host_, s(bytes), [](void* ctx) { ++*static_cast<int*>(ctx); }, &released, &buffer),
            SLUICE_OK);
  sluice_record* record = nullptr;
  ASSERT_EQ(api_.record_new(&host_, s("id"), buffer, &record), SLUICE_OK);
  api_.buffer_unref(buffer);
  EXPECT_EQ(released, 0);
  EXPECT_EQ(api_.record_text(record).data, bytes.data());
  api_.record_free(record);
  EXPECT_EQ(released, 1);
}

TEST_F(RecordsTable, CountsWhatAPluginHolds) {
  EXPECT_TRUE(account_.is_settled());
  sluice_record* record = document("id", "text");
  EXPECT_EQ(account_.records.load(), 1);
  EXPECT_EQ(account_.buffers.load(), 0);
  api_.record_free(record);
  EXPECT_TRUE(account_.is_settled());
}

TEST_F(RecordsTable, VectorsAreWrittenInPlaceAndReplaced) {
  sluice_record* record = document("id", "text");
  float* room = nullptr;
  ASSERT_EQ(api_.vector_new(record, s("dense"), 3, &room), SLUICE_OK);
  room[0] = 1;
  room[2] = 3;
  const sluice_f32s got = api_.vector_get(record, s("dense"));
  EXPECT_EQ(got.size, 3U);
  EXPECT_EQ(got.data[2], 3.0F);
  ASSERT_EQ(api_.vector_new(record, s("dense"), 2, &room), SLUICE_OK);
  EXPECT_EQ(api_.vector_get(record, s("dense")).size, 2U);
  EXPECT_EQ(api_.vector_get(record, s("other")).size, 0U);
  api_.record_free(record);
}

TEST_F(RecordsTable, ABatchIsCompletedOnce) {
  sluice_batch batch;
  batch.account = &account_;
  batch.slots.resize(2);
  batch.slots[0].record = make_document("a", make_buffer("a"));
  batch.slots[1].record = make_document("b", make_buffer("b"));
  int completions = 0;
  batch.on_complete = [&](sluice_batch*) { ++completions; };
  sluice_error err{};
  err.struct_size = sizeof err;
  std::snprintf(err.message, sizeof err.message, "too long");
  api_.batch_settle(&batch, 0, SLUICE_E_REJECT, &err);
  api_.batch_settle_rest(&batch, SLUICE_OK, nullptr);
  api_.batch_settle(&batch, 7, SLUICE_OK, nullptr);  // no such record: nothing happens
  api_.batch_complete(&batch);
  api_.batch_complete(&batch);
  EXPECT_EQ(completions, 1);
  EXPECT_EQ(batch.slots[0].verdict, SLUICE_E_REJECT);
  EXPECT_EQ(batch.slots[0].message, "too long");
  EXPECT_EQ(batch.slots[1].verdict, SLUICE_OK);
}

TEST_F(RecordsTable, TellsOfCallsForABatchThatWasGivenBack) {
  std::vector<std::string> told;
  account_.on_breach = [&](std::string_view kind, std::string_view sentence) {
    told.push_back(std::string(kind) + ": " + std::string(sentence));
  };
  Batch batch;
  batch.account = &account_;
  batch.on_complete = [](Batch*) {};
  batch.slots.emplace_back();
  batch.slots.back().record = make_document("a", make_buffer("text"));
  sluice_record* late = nullptr;
  ASSERT_EQ(api_.record_slice(api_.batch_at(&batch, 0), 0, 1, 0, &late), SLUICE_OK);
  api_.batch_settle_rest(&batch, SLUICE_OK, nullptr);
  api_.batch_complete(&batch);
  EXPECT_TRUE(told.empty());

  api_.batch_settle(&batch, 0, SLUICE_E_REJECT, nullptr);
  EXPECT_EQ(api_.batch_emit(&batch, 0, late), SLUICE_E_INVALID);
  EXPECT_EQ(api_.batch_at(&batch, 0), nullptr);
  api_.batch_complete(&batch);
  EXPECT_EQ(batch.slots[0].verdict, SLUICE_OK);
  EXPECT_TRUE(batch.slots[0].children.empty());
  ASSERT_EQ(told.size(), 4U);
  EXPECT_EQ(told[0],
            "late: it called batch_settle for a batch that it had completed; batch_complete has to "
            "be the last call");
}

TEST_F(RecordsTable, TakesAVerdictThatIsNoneForABug) {
  std::string told;
  account_.on_breach = [&](std::string_view kind, std::string_view) { told = kind; };
  Batch batch;
  batch.account = &account_;
  batch.slots.emplace_back();
  api_.batch_settle(&batch, 0, 4711, nullptr);
  EXPECT_EQ(batch.slots[0].verdict, SLUICE_E_INTERNAL);
  EXPECT_EQ(batch.slots[0].message, "the stage judged it with 4711, which is no verdict");
  EXPECT_EQ(told, "nonsense");
}

TEST_F(RecordsTable, ACopyIsIndependentButSharesTextAndVectors) {
  auto page = make_document("id", make_buffer("0123456789"));
  auto chunk = make_slice(*page, 1, 4, 0);
  chunk->vectors.push_back({"dense", std::make_shared<float[]>(2), 2});
  auto copy = copy_record(*chunk);
  copy->own_meta.set("k", MetaValue::of("v"));
  EXPECT_EQ(chunk->meta("k"), nullptr);
  EXPECT_EQ(copy->text.data(), chunk->text.data());
  EXPECT_EQ(copy->vectors[0].values, chunk->vectors[0].values);
  EXPECT_EQ(&copy->document(), page.get());
}

// A stage that keeps its batch past its time goes on writing to records that go on without it.
TEST_F(RecordsTable, ARecordCanBeCopiedWhileItsOwnerChangesIt) {
  auto page = make_document("id", make_buffer("0123456789"));
  std::atomic<bool> is_done{false};
  std::thread owner([&] {
    sluice_value value{};
    value.kind = SLUICE_TEXT;
    for (int i = 0; !is_done; i = (i + 1) % 8) {
      const std::string text(static_cast<std::size_t>(i) * 10, 'x');
      value.as.str = s(text);
      const std::string key = "key" + std::to_string(i);
      EXPECT_EQ(api_.meta_set(page.get(), s(key), &value), SLUICE_OK);
      float* floats = nullptr;
      EXPECT_EQ(api_.vector_new(page.get(), s("dense"), 4, &floats), SLUICE_OK);
    }
  });
  for (int i = 0; i < 1000; ++i) {
    const auto copy = copy_record(*page);
    for (const auto& entry : copy->own_meta.entries()) {
      EXPECT_EQ(entry.value.text.size(), static_cast<std::size_t>(entry.key.back() - '0') * 10);
    }
  }
  is_done = true;
  owner.join();
}

}  // namespace
}  // namespace sluice::data
