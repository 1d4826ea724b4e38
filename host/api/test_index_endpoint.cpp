// POST /api/test-index: one document through the running pipeline, and what each stage did with it.
#include "api/api.hpp"
#include "api/document_body.hpp"

#include <atomic>
#include <chrono>
#include <cmath>
#include <memory>
#include <utility>

namespace sluice::api {
namespace {

// A page that is still under way then, because a stage waits for its service, say, goes on; its
// caller hears that it does.
constexpr std::chrono::seconds kPatience{30};

using Milliseconds = std::chrono::duration<double, std::milli>;

// With two decimals: stages of a small page take less than a millisecond.
double shown(Milliseconds time) { return std::round(time.count() * 100) / 100; }

nlohmann::json step(const std::string& name, Milliseconds took, const std::string& status,
                    nlohmann::json details) {
  return {{"step", name},
          {"duration_ms", shown(took)},
          {"status", status},
          {"details", std::move(details)}};
}

// One test under way: shared by the callbacks of its stations.
struct Test {
  std::string url;
  Steady::time_point began = Steady::now();
  Steady::time_point accepted{};         // written before the pipeline can end with the page
  std::atomic<bool> is_accepted{false};  // after it

  nlohmann::json answer(const char* status, const services::PageReport* report) const {
    auto steps =
        nlohmann::json::array({step("accept", accepted - began, "ok", {{"journaled", true}})});
    nlohmann::json out = {
        {"status", status}, {"url", url}, {"total_duration_ms", shown(Steady::now() - began)}};
    if (report) {
      for (const auto& one : report->steps) {
        nlohmann::json details = {{"records", one.records}};
        if (!one.reason.empty()) details["reason"] = one.reason;
        steps.push_back(step(one.stage, one.took, one.verdict, std::move(details)));
      }
      out["summary"] = {{"outcome", report->outcome},
                        {"chunks_indexed", report->chunks},
                        {"total_tokens", report->tokens},
                        {"indexed_to", report->sinks}};
      if (!report->reason.empty()) out["error"] = report->reason;
    }
    out["steps"] = std::move(steps);
    return out;
  }
};

// Goes with the page. One that a reload has taken back to the journal ends in the next generation,
// which knows of no caller: he hears at once that it is still under way.
class Farewell {
 public:
  Farewell(net::ExchangePtr x, std::shared_ptr<const Test> test)
      : x_(std::move(x)), test_(std::move(test)) {}
  // After the page's own answer this one comes too late and is none.
  ~Farewell() {
    if (test_->is_accepted)
      x_->respond(net::json_response(200, dump(test_->answer("pending", nullptr))));
  }
  Farewell(const Farewell&) = delete;
  Farewell& operator=(const Farewell&) = delete;

 private:
  const net::ExchangePtr x_;
  const std::shared_ptr<const Test> test_;
};

const char* status_of(const services::PageReport& report) {
  return report.outcome == "failed" ? "failed" : "success";
}

}  // namespace

void Api::test_index(const net::ExchangePtr& x) {
  const auto body = parse_object(x->request().body);
  if (!body) return x->respond(net::error_response(400, body.error().message));
  Fields fields(*body);
  auto document = take_document(fields);
  if (!fields.fault().empty()) return x->respond(net::error_response(422, fields.fault()));
  x->release_body();
  const auto test = std::make_shared<Test>();
  test->url = document.url;
  sluice_record* const pushed = document.record.get();
  services::Event event;
  event.records = {&pushed, 1};
  event.wait_ms = kWaitMs;
  event.on_ended = [x, test, farewell = std::make_shared<const Farewell>(x, test)](
                       const services::PageReport& report) {
    x->respond(net::json_response(200, dump(test->answer(status_of(report), &report))));
  };
  auto kept = std::make_shared<data::RecordRef>(std::move(document.record));
  parts_.graph.intake().take(
      kSource, event,
      [this, x, test, kept](sluice_status taken, const sluice_status* /*verdicts*/) {
        if (taken != SLUICE_OK) return x->respond(unavailable(taken));
        (void)kept->release();  // the pipeline's now
        test->accepted = Steady::now();
        test->is_accepted = true;
        // An exchange takes its first answer and no other.
        parts_.loop.start_timer(kPatience, {}, [x, test] {
          x->respond(net::json_response(200, dump(test->answer("pending", nullptr))));
        });
      });
}

}  // namespace sluice::api
