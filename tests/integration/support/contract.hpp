// Contract: a host's own OpenAPI document, and whether its answers are as it says.
#pragma once

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace sluice::testing {

class Contract final {
 public:
  explicit Contract(nlohmann::json document) : document_(std::move(document)) {}

  struct Seen {
    std::string method;
    std::string target;  // path and query
    unsigned status = 0;
    std::string content_type;
    std::string body;
  };
  // How the answer departs from the document; empty: it does not.
  std::vector<std::string> faults(const Seen& seen) const;

  const nlohmann::json& document() const { return document_; }

 private:
  const nlohmann::json* item_of(std::string_view path) const;
  const nlohmann::json& resolved(const nlohmann::json& value) const;

  nlohmann::json document_;
};

}  // namespace sluice::testing
