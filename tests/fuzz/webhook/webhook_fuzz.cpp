// Arbitrary bytes as a signature header, a delivery's body and an address. Besides the sanitizers
// it checks what the rest of the host relies on: canonical addresses are fixed points, and answers
// are JSON.
#include "json_check.hpp"
#include "signature.hpp"
#include "webhook.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string_view>

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

// Takes every page and remembers nothing.
class OpenPipeline final : public firecrawl::Pipeline {
 public:
  firecrawl::Intake open(std::string_view) override { return firecrawl::Intake::kTaken; }
  firecrawl::Intake push(std::string_view job_id, std::span<firecrawl::PageRecord> records,
                         std::span<firecrawl::PageVerdict> verdicts) override {
    require(!job_id.empty() && records.size() == verdicts.size());
    for (std::size_t i = 0; i < records.size(); ++i) {
      require(!records[i].id.canonical.empty());
      verdicts[i] = firecrawl::PageVerdict::kAccepted;
    }
    return firecrawl::Intake::kTaken;
  }
  firecrawl::Intake leave_out(std::string_view, std::span<const firecrawl::LeftOutPage>) override {
    return firecrawl::Intake::kTaken;
  }
  firecrawl::Intake close(std::string_view, firecrawl::CrawlEnd) override {
    return firecrawl::Intake::kTaken;
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);

  require(firecrawl::check_signature("key", input, input) != firecrawl::SignatureCheck::kOk);

  const sluice::PageUrl url = sluice::canonical_url(input);
  if (url.ok()) require(sluice::canonical_url(url.canonical).canonical == url.canonical);

  OpenPipeline pipeline;
  firecrawl::WebhookSettings settings;
  settings.on_gone = firecrawl::OnGone::kDelete;
  const firecrawl::Answer answer = firecrawl::answer_delivery(
      settings, {.signature = {}, .body = input, .readable = input.size()}, pipeline);
  require(firecrawl::check_json(answer.body) == firecrawl::JsonCheck::kOk);
  return 0;
}
