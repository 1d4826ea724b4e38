// The webhook without HTTP and without the host: from a signature and a body to what goes into the
// pipeline and what is answered.
#pragma once

#include "answer.hpp"
#include "pages.hpp"
#include "pipeline.hpp"

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace firecrawl {

struct WebhookSettings {
  std::string secret;  // empty: deliveries are not signed
  PageRules pages;
  // Told of each crawl that closed without its pages, once the ledger knows that they are being
  // fetched. Empty: nobody fetches any. Any thread.
  std::function<void(const std::string& job_id)> closed;
};

struct Delivery {
  std::string_view signature;  // the header's value; empty when there is none
  std::string_view body;
  std::size_t readable = 0;  // bytes that may be read from body.data() on, at least body.size()
};

// Answers one delivery, once, on this thread or where the pipeline answers. The signature is
// checked before anything is parsed. Nothing of the delivery is needed after the call. Any thread.
using Respond = std::function<void(const Answer&)>;
void answer_delivery(const WebhookSettings& settings, const Delivery& delivery, Pipeline& pipeline,
                     Respond respond);

}  // namespace firecrawl
