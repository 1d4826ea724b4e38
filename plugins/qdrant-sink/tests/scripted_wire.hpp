// A Qdrant that says what the test wrote down, and remembers what it was asked.
#pragma once

#include "collection.hpp"
#include "wire.hpp"

#include <deque>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace qdrant_sink {

// Several threads may call the wire.
class ScriptedWire {
 public:
  Wire wire() {
    return [this](std::span<const Call> calls) {
      std::vector<Reply> replies;
      for (const Call& call : calls) replies.push_back(answer(call));
      return replies;
    };
  }
  ScriptedWire& then(unsigned status, std::string body) {
    script_.push_back({.status = status, .body = std::move(body)});
    return *this;
  }
  ScriptedWire& then(Reply reply) {
    script_.push_back(std::move(reply));
    return *this;
  }
  // As method and target: "PUT /collections/docs".
  std::vector<std::string> asked() const {
    std::vector<std::string> all;
    for (const Call& call : calls_) all.push_back(call.method + " " + call.target);
    return all;
  }
  const std::vector<Call>& calls() const { return calls_; }

 private:
  Reply answer(const Call& call) {
    const std::lock_guard lock(mutex_);
    calls_.push_back(call);
    if (script_.empty()) return {.status = 599, .body = "the script of the test is over"};
    Reply reply = std::move(script_.front());
    script_.pop_front();
    return reply;
  }

  std::mutex mutex_;  // guards all below
  std::deque<Reply> script_;
  std::vector<Call> calls_;
};

inline std::string error(const std::string& text) {
  return R"({"status":{"error":")" + text + R"("},"time":0.0})";
}
inline std::string done(const std::string& status = "completed") {
  return R"({"result":{"operation_id":1,"status":")" + status + R"("},"status":"ok","time":0.0})";
}
// GET /collections/{name} of one that fits: `vectors` as it was made.
inline std::string info(const std::string& vectors, bool has_indexes = true) {
  std::string indexes;
  if (has_indexes) {
    for (const char* field : {"document_id", "ordinal", "domain", "language", "country",
                              "is_mobile", "crawl_id", "language_ranges"}) {
      indexes += std::string(indexes.empty() ? "" : ",") + "\"" + field +
                 R"(":{"data_type":"keyword","points":0})";
    }
  }
  return R"({"result":{"status":"green","config":{"params":{"vectors":)" + vectors +
         R"(}},"payload_schema":{)" + indexes + R"(}},"status":"ok","time":0.0})";
}
inline std::string dense(int size, const std::string& distance = "Cosine") {
  return R"({"dense":{"size":)" + std::to_string(size) + R"(,"distance":")" + distance + R"("}})";
}

inline CollectionSettings docs() {
  CollectionSettings settings;
  settings.place.url = "http://q:6333";
  settings.name = "docs";
  return settings;
}

}  // namespace qdrant_sink
