// What a FakeTei pretends to be, and what it counts.
#pragma once

#include "fakes/server/server.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

namespace sluice::fakes {

enum class Truncation { kOff, kOn };
enum class OpenAi { kServed, kMissing };  // /v1/embeddings: a proxy in front may hide it
enum class TooManyInputs : unsigned { kUnprocessable = 422, kPayloadTooLarge = 413 };

// How long the model takes: base + tokens * per_token, for `lanes` requests at a time, the others
// waiting. No lanes: nobody waits for anybody.
struct Latency {
  std::chrono::microseconds base{0};
  std::chrono::microseconds per_token{0};
  std::size_t lanes = 0;
};

// The defaults are those of the real server, version 1.9.3.
struct TeiOptions {
  std::string model_id = "fake/embedder";
  std::string model_sha = "0000000000000000000000000000000000000001";
  std::string model_type = "embedding";  // or "reranker", "classifier"
  std::string version = "1.9.3";
  std::size_t dimension = 384;
  std::size_t max_client_batch_size = 32;
  std::size_t max_batch_tokens = 16384;
  std::size_t max_input_length = 512;
  std::size_t max_concurrent_requests = 512;  // permits; each input takes one
  std::size_t payload_limit = 2'000'000;      // bytes of a request body
  Truncation auto_truncate = Truncation::kOn;
  std::map<std::string, std::string> prompts = {{"query", "query: "}, {"passage", "passage: "}};
  std::string api_key = {};
  bool is_healthy = true;
  OpenAi open_ai = OpenAi::kServed;
  TooManyInputs too_many_inputs = TooManyInputs::kUnprocessable;
  std::string poison = {};  // a request with an input that contains this fails in the tokenizer
  Latency latency = {};
  ServerOptions server = {};
};

struct TeiCounters {
  std::uint64_t calls = 0;        // requests to embed, refused ones included
  std::uint64_t answered = 0;     // of those with vectors
  std::uint64_t inputs = 0;       // texts made into vectors
  std::uint64_t tokens = 0;       // theirs
  std::uint64_t overloaded = 0;   // refused for want of permits
  std::uint64_t peak_inputs = 0;  // permits taken at once
};

// What is wrong with an answer that looks right.
enum class Twist {
  kNull,       // a NaN, which JSON shows as null, in the first row
  kRowShort,   // one row too few
  kRowMore,    // one row too many
  kDimension,  // the first row has a number less
  kSwapped,    // the first and the last row have changed places
};

}  // namespace sluice::fakes
