// Every rule that the fake host watches, broken once.
#include "hooked.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace sluice::sdk_tests {
namespace {

using sluice::testing::Page;
using sluice::testing::Stage;

class FakeHostContract : public ::testing::Test {
 protected:
  // Runs one batch of two pages; `submit` gets the table and the batch.
  template <class F>
  std::string complaints(F&& submit) {
    hooks.submit = [this, submit](sluice_batch* b) {
      return sluice_status{submit(*hooks.records, b)};
    };
    Stage stage("{}", hooked(hooks));
    EXPECT_EQ(stage.start(), "");
    stage.outcome(stage.submit({Page{.text = "one"}, Page{.text = "two"}}),
                  std::chrono::milliseconds(1));
    return stage.finish();
  }
  static sluice_status pass(const sluice_records& r, sluice_batch* b) {
    r.batch_settle_rest(b, SLUICE_OK, nullptr);
    r.batch_complete(b);
    return SLUICE_OK;
  }

  Hooks hooks;
};

TEST_F(FakeHostContract, HasNothingAgainstAGoodStage) { EXPECT_EQ(complaints(&pass), ""); }

TEST_F(FakeHostContract, SeesABatchThatIsNeverCompleted) {
  EXPECT_EQ(
      complaints([](const sluice_records&, sluice_batch*) { return SLUICE_OK; }),
      "never-completed: batches that it took and did not complete by the end of stop: 1; call "
      "batch_complete once for each\n");
}

TEST_F(FakeHostContract, SeesABatchThatIsCompletedTwice) {
  EXPECT_EQ(complaints([](const sluice_records& r, sluice_batch* b) {
              pass(r, b);
              r.batch_complete(b);
              return SLUICE_OK;
            }),
            "completed-twice: a batch was completed twice; once is owed, and the handle is gone "
            "afterwards\n");
}

TEST_F(FakeHostContract, SeesWhatIsWrittenAfterCompleting) {
  const std::string said = complaints([](const sluice_records& r, sluice_batch* b) {
    sluice_record* record = r.batch_at(b, 0);
    pass(r, b);
    r.batch_settle(b, 0, SLUICE_E_REJECT, nullptr);
    const sluice_value v{SLUICE_I64, 0, {1}};
    EXPECT_EQ(r.meta_set(record, {"key", 3}, &v), SLUICE_E_INVALID);
    return SLUICE_OK;
  });
  EXPECT_NE(said.find("written-after-completing: batch_settle was called"), std::string::npos);
  EXPECT_NE(said.find("written-after-completing: meta_set was called"), std::string::npos);
}

TEST_F(FakeHostContract, SeesRecordsWithoutAVerdict) {
  EXPECT_EQ(complaints([](const sluice_records& r, sluice_batch* b) {
              r.batch_settle(b, 1, SLUICE_OK, nullptr);
              r.batch_complete(b);
              return SLUICE_OK;
            }),
            "verdict-missing: 1 of 2 records had no verdict when their batch was completed; the "
            "host takes them for not delivered\n");
}

TEST_F(FakeHostContract, SeesAVerdictThatIsNone) {
  const std::string said = complaints([](const sluice_records& r, sluice_batch* b) {
    r.batch_settle(b, 0, 7, nullptr);
    return pass(r, b);
  });
  EXPECT_NE(said.find("nonsense-verdict: a record was settled with 7"), std::string::npos);
}

TEST_F(FakeHostContract, SeesLeakedRecordsAndBuffers) {
  const std::string said = complaints([this](const sluice_records& r, sluice_batch* b) {
    sluice_buffer* text = nullptr;
    sluice_record* record = nullptr;
    r.buffer_copy(hooks.host, {"text", 4}, &text);
    r.record_new(hooks.host, {"id", 2}, text, &record);
    return pass(r, b);
  });
  EXPECT_NE(said.find("leaked-record: records that it made and neither gave away nor freed"),
            std::string::npos);
  EXPECT_NE(said.find("leaked-buffer: references to buffers that it did not give back"),
            std::string::npos);
}

TEST_F(FakeHostContract, SeesARecordUsedAfterItWasGivenAway) {
  const std::string said = complaints([](const sluice_records& r, sluice_batch* b) {
    sluice_record* child = nullptr;
    EXPECT_EQ(r.record_slice(r.batch_at(b, 0), 0, 2, 0, &child), SLUICE_OK);
    EXPECT_EQ(r.batch_emit(b, 0, child), SLUICE_OK);
    r.record_free(child);
    return pass(r, b);
  });
  EXPECT_NE(said.find("not-your-record: record_free"), std::string::npos);
}

TEST_F(FakeHostContract, SeesASliceOutsideOfTheText) {
  const std::string said = complaints([](const sluice_records& r, sluice_batch* b) {
    sluice_record* child = nullptr;
    EXPECT_EQ(r.record_slice(r.batch_at(b, 0), 2, 2, 0, &child), SLUICE_E_INVALID);
    EXPECT_EQ(r.batch_at(b, 2), nullptr);
    return pass(r, b);
  });
  EXPECT_NE(said.find("slice-outside"), std::string::npos);
  EXPECT_NE(said.find("no-such-slot: batch_at was called for record 2 of a batch of 2"),
            std::string::npos);
}

TEST_F(FakeHostContract, SeesHostCallsInCreate) {
  hooks.create = [this] {
    hooks.table<sluice_log>(SLUICE_IFACE_LOG)
        .write(hooks.host, SLUICE_LOG_INFO, {"hello", 5}, nullptr, 0);
  };
  EXPECT_EQ(complaints(&pass),
            "host-call-in-create: log.write was called in create; only get_interface may be, the "
            "rest from configure on\n");
}

TEST_F(FakeHostContract, SeesFilesNetworkAndLateMetrics) {
  hooks.configure = [this](const sluice_config*) {
    sluice_str folder{};
    EXPECT_EQ(hooks.table<sluice_data>(SLUICE_IFACE_DATA).folder(hooks.host, &folder, nullptr),
              SLUICE_E_UNSUPPORTED);
    sluice_http_request request{};
    request.struct_size = sizeof request;
    uint64_t id = 0;
    return hooks.table<sluice_http_client>(SLUICE_IFACE_HTTP_CLIENT)
        .send(
            hooks.host, &request, [](void*, const sluice_http_response*) {}, nullptr, &id);
  };
  hooks.start = [this] {
    uint64_t id = 0;
    EXPECT_EQ(hooks.table<sluice_metrics>(SLUICE_IFACE_METRICS)
                  .declare(hooks.host, SLUICE_COUNTER, {"late", 4}, {}, &id),
              SLUICE_E_INVALID);
    return sluice_status{SLUICE_OK};
  };
  const std::string said = complaints(&pass);
  EXPECT_NE(said.find("files-in-configure"), std::string::npos);
  EXPECT_NE(said.find("network-in-configure"), std::string::npos);
  EXPECT_NE(said.find("late-metric: the metric late"), std::string::npos);
}

TEST_F(FakeHostContract, SeesSettingsReadAfterConfigure) {
  const sluice_config* kept = nullptr;
  hooks.configure = [&](const sluice_config* c) {
    kept = c;
    return sluice_status{SLUICE_OK};
  };
  hooks.start = [&] {
    sluice_value v{};
    EXPECT_EQ(hooks.table<sluice_config_api>(SLUICE_IFACE_CONFIG).get(kept, "/a", &v),
              SLUICE_E_NOT_FOUND);
    return sluice_status{SLUICE_OK};
  };
  EXPECT_NE(complaints(&pass).find("config-after-configure"), std::string::npos);
}

TEST_F(FakeHostContract, SeesAPushAfterDrain) {
  hooks.stop = [this] {
    hooks.table<sluice_emit>(SLUICE_IFACE_EMIT).push(hooks.host, nullptr, 0, 0);
  };
  EXPECT_EQ(complaints(&pass),
            "pushed-after-drain: emit.push was called after drain had returned\n");
}

TEST_F(FakeHostContract, SeesCallsThatWaitOnTheEventLoop) {
  hooks.submit = [this](sluice_batch* b) {
    hooks.table<sluice_state>(SLUICE_IFACE_STATE).put(hooks.host, {"k", 1}, {"v", 1});
    return pass(*hooks.records, b);
  };
  Stage stage("{}", hooked(hooks, SLUICE_ROLE_TRANSFORM, "{}", SLUICE_STAGE_NONBLOCKING));
  EXPECT_EQ(stage.start(), "");
  stage.run({Page{}});
  EXPECT_NE(stage.finish().find("blocking-on-io: state.put"), std::string::npos);
}

TEST_F(FakeHostContract, SeesAThreadThatGoesOnAfterStop) {
  hooks.submit = [this](sluice_batch* b) { return pass(*hooks.records, b); };
  Stage stage("{}", hooked(hooks));
  EXPECT_EQ(stage.start(), "");
  stage.stop();
  std::thread([this] {
    hooks.table<sluice_log>(SLUICE_IFACE_LOG).write(hooks.host, SLUICE_LOG_INFO, {}, nullptr, 0);
  }).join();
  EXPECT_NE(stage.finish().find("host-call-after-stop: log.write"), std::string::npos);
}

}  // namespace
}  // namespace sluice::sdk_tests
