#include "fakes/tei/fake_tei.hpp"

#include "fakes/tei/request.hpp"
#include "fakes/tei/tokens.hpp"
#include "fakes/tei/vectors.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <limits>
#include <mutex>
#include <utility>
#include <vector>

namespace sluice::fakes {
namespace {

using nlohmann::json;
using Clock = std::chrono::steady_clock;

Answer refuse(const Refusal& refusal, Dialect dialect) {
  if (refusal.type.empty()) {
    return {.status = refusal.status, .body = refusal.text, .content_type = "text/plain"};
  }
  const json body =
      dialect == Dialect::kNative
          ? json{{"error", refusal.text}, {"error_type", refusal.type}}
          : json{{"message", refusal.text}, {"code", refusal.status}, {"type", refusal.type}};
  return {.status = refusal.status, .body = body.dump()};
}

json info_of(const TeiOptions& o) {
  return {{"model_id", o.model_id},
          {"model_sha", o.model_sha},
          {"model_dtype", "float32"},
          {"served_model_name", o.model_id},
          {"model_type",
           {{o.model_type, o.model_type == "embedding" ? json{{"pooling", "cls"}}
                                                       : json{{"id2label", json::object()},
                                                              {"label2id", json::object()}}}}},
          {"max_concurrent_requests", o.max_concurrent_requests},
          {"max_input_length", o.max_input_length},
          {"max_batch_tokens", o.max_batch_tokens},
          {"max_batch_requests", nullptr},
          {"max_client_batch_size", o.max_client_batch_size},
          {"auto_truncate", o.auto_truncate == Truncation::kOn},
          {"tokenization_workers", 1},
          {"version", o.version},
          {"sha", nullptr},
          {"docker_label", nullptr}};
}

json tokens_of(const std::string& text) {
  json out = json::array();
  out.push_back(
      {{"id", 101}, {"text", "[CLS]"}, {"special", true}, {"start", nullptr}, {"stop", nullptr}});
  for (const Token& token : tokenize(text)) {
    const std::string piece = text.substr(token.start, token.stop - token.start);
    out.push_back({{"id", 1000 + std::hash<std::string>{}(piece) % 30'000},
                   {"text", piece},
                   {"special", false},
                   {"start", token.start},
                   {"stop", token.stop}});
  }
  out.push_back(
      {{"id", 102}, {"text", "[SEP]"}, {"special", true}, {"start", nullptr}, {"stop", nullptr}});
  return out;
}

// What the model makes of a request.
struct Embedded {
  std::vector<std::vector<float>> rows;
  std::size_t tokens = 0;
};

void apply(Twist twist, std::vector<std::vector<float>>& rows) {
  switch (twist) {
    case Twist::kNull:
      rows.front().front() = std::numeric_limits<float>::quiet_NaN();
      break;
    case Twist::kRowShort:
      rows.pop_back();
      break;
    case Twist::kRowMore:
      rows.push_back(rows.back());
      break;
    case Twist::kDimension:
      rows.front().pop_back();
      break;
    case Twist::kSwapped:
      std::swap(rows.front(), rows.back());
      break;
  }
}

std::string native_body(const Embedded& embedded) {
  std::string body;
  char mark = '[';
  for (const auto& row : embedded.rows) {
    body += std::exchange(mark, ',');
    write_json(row, body);
  }
  return body.empty() ? "[]" : body + "]";
}

std::string open_ai_body(const Embedded& embedded, const TeiOptions& options, Encoding encoding) {
  std::string body = R"({"object":"list","data":)";
  char mark = '[';
  for (std::size_t i = 0; i < embedded.rows.size(); ++i) {
    body += std::exchange(mark, ',');
    body += R"({"object":"embedding","embedding":)";
    if (encoding == Encoding::kBase64) {
      body += '"' + base64(embedded.rows[i]) + '"';
    } else {
      write_json(embedded.rows[i], body);
    }
    body += R"(,"index":)" + std::to_string(i) + "}";
  }
  const std::string tokens = std::to_string(embedded.tokens);
  body += mark == '[' ? "[]" : "]";
  return body + R"(,"model":)" + json(options.model_id).dump() + R"(,"usage":{"prompt_tokens":)" +
         tokens + R"(,"total_tokens":)" + tokens + "}}";
}

}  // namespace

struct FakeTei::Impl {
  explicit Impl(const TeiOptions& given)
      : options(given),
        lanes(std::max<std::size_t>(1, given.latency.lanes)),
        server([this](const Request& request) { return answer(request); }, given.server) {}

  Answer answer(const Request& request);
  Answer embed(const Request& request, const TeiOptions& now, Dialect dialect);
  std::variant<Embedded, Refusal> run_model(const EmbedRequest& request, const TeiOptions& now);
  std::shared_ptr<void> take_permits(std::size_t inputs, std::size_t permits);
  std::chrono::milliseconds service_time(const TeiOptions& now, std::size_t tokens);
  void twist(std::vector<std::vector<float>>& rows);
  void count(const EmbedRequest& request, std::size_t tokens);

  mutable std::mutex mutex;  // guards what follows, but for the server
  TeiOptions options;
  TeiCounters counters;
  std::map<std::string, std::uint64_t, std::less<>> texts;
  std::vector<std::pair<Twist, std::uint64_t>> twists;
  std::size_t permits_taken = 0;
  std::vector<Clock::time_point> lanes;  // when each is free

  HttpServer server;  // last: its threads use all of the above
};

Answer FakeTei::Impl::answer(const Request& request) {
  TeiOptions now;
  {
    const std::scoped_lock lock(mutex);
    now = options;
  }
  const std::string_view path = request.path();
  const bool is_get = request.method == "GET" || request.method == "HEAD";
  if (is_get && (path == "/health" || path == "/" || path == "/ping")) {
    return now.is_healthy ? Answer{.content_type = {}}
                          : refuse({503, "Unhealthy", "unhealthy"}, Dialect::kNative);
  }
  if (is_get && path == "/metrics") {
    return {.body = "te_request_count " + std::to_string(server.counters().requests) + "\n",
            .content_type = "text/plain"};
  }
  if (!now.api_key.empty() && request.header("Authorization") != "Bearer " + now.api_key) {
    return {.status = 401, .content_type = {}};
  }
  if (is_get && path == "/info") return {.body = info_of(now).dump()};
  if (request.method != "POST")
    return {.status = path == "/embed" ? 405U : 404U, .content_type = {}};
  if (request.body.size() > now.payload_limit) {
    return refuse({413, {}, "Failed to buffer the request body: length limit exceeded"},
                  Dialect::kNative);
  }
  const bool is_native = path == "/embed" || path == "/" || path == "/invocations";
  const bool is_open_ai = path == "/v1/embeddings" || path == "/embeddings";
  if (is_native) return embed(request, now, Dialect::kNative);
  if (is_open_ai && now.open_ai == OpenAi::kServed) return embed(request, now, Dialect::kOpenAi);
  if (path != "/tokenize") return {.status = 404, .content_type = {}};
  const auto read = read_embed(request, now, Dialect::kNative);
  if (const auto* refusal = std::get_if<Refusal>(&read)) return refuse(*refusal, Dialect::kNative);
  json out = json::array();
  for (const std::string& text : std::get<EmbedRequest>(read).inputs) {
    out.push_back(tokens_of(std::get<EmbedRequest>(read).prompt + text));
  }
  return {.body = out.dump()};
}

Answer FakeTei::Impl::embed(const Request& request, const TeiOptions& now, Dialect dialect) {
  {
    const std::scoped_lock lock(mutex);
    ++counters.calls;
  }
  const auto read = read_embed(request, now, dialect);
  if (const auto* refusal = std::get_if<Refusal>(&read)) return refuse(*refusal, dialect);
  const auto& wanted = std::get<EmbedRequest>(read);
  if (wanted.inputs.empty()) return refuse({400, "Empty", "Batch is empty"}, dialect);
  if (wanted.inputs.size() > now.max_client_batch_size) {
    Refusal refusal =
        validation("batch size " + std::to_string(wanted.inputs.size()) +
                   " > maximum allowed batch size " + std::to_string(now.max_client_batch_size));
    refusal.status = static_cast<unsigned>(now.too_many_inputs);
    return refuse(refusal, dialect);
  }
  auto permits = take_permits(wanted.inputs.size(), now.max_concurrent_requests);
  if (!permits) return refuse({429, "Overloaded", "Model is overloaded"}, dialect);
  auto made = run_model(wanted, now);
  if (const auto* refusal = std::get_if<Refusal>(&made)) return refuse(*refusal, dialect);
  auto& embedded = std::get<Embedded>(made);
  count(wanted, embedded.tokens);
  twist(embedded.rows);
  const auto time = service_time(now, embedded.tokens);
  const std::string spent = std::to_string(time.count());
  return {.body = dialect == Dialect::kNative ? native_body(embedded)
                                              : open_ai_body(embedded, now, wanted.encoding),
          .headers = {{"x-compute-type", "cpu"},
                      {"x-compute-time", spent},
                      {"x-compute-tokens", std::to_string(embedded.tokens)},
                      {"x-total-time", spent},
                      {"x-inference-time", spent}},
          .delay = time,
          .hold = std::move(permits)};
}

std::variant<Embedded, Refusal> FakeTei::Impl::run_model(const EmbedRequest& request,
                                                         const TeiOptions& now) {
  if (now.model_type != "embedding") {
    return Refusal{424, "Backend", "Backend error: Model is not an embedding model"};
  }
  Embedded out;
  const VectorShape shape{.model_dimension = now.dimension,
                          .dimension = request.dimensions.value_or(now.dimension),
                          .length = request.length};
  for (const std::string& input : request.inputs) {
    if (input.empty()) {
      return Refusal{400, "Empty", "Input validation error: `inputs` cannot be empty"};
    }
    if (!now.poison.empty() && input.find(now.poison) != std::string::npos) {
      return Refusal{422, "Tokenizer", "Tokenizer error: the input cannot be tokenized"};
    }
    const std::string text = request.prompt + input;
    std::vector<Token> tokens = tokenize(text);
    if (tokens.size() + kSpecialTokens > now.max_input_length) {
      if (request.truncate == Truncation::kOff) {
        return validation("Input validation error: `inputs` must have less than " +
                          std::to_string(now.max_input_length) +
                          " tokens. Given: " + std::to_string(tokens.size() + kSpecialTokens));
      }
      tokens.resize(now.max_input_length - kSpecialTokens);
    }
    out.tokens += tokens.size() + kSpecialTokens;
    out.rows.push_back(vector_of(text, tokens, shape));
  }
  return out;
}

// All or none; null when there are too few.
std::shared_ptr<void> FakeTei::Impl::take_permits(std::size_t inputs, std::size_t permits) {
  const std::scoped_lock lock(mutex);
  if (permits_taken + inputs > permits) {
    ++counters.overloaded;
    return nullptr;
  }
  permits_taken += inputs;
  counters.peak_inputs = std::max<std::uint64_t>(counters.peak_inputs, permits_taken);
  return {this, [inputs](void* self) {
            auto* impl = static_cast<Impl*>(self);
            const std::scoped_lock unlocking(impl->mutex);
            impl->permits_taken -= inputs;
          }};
}

// How long until the answer, given what is queued before it.
std::chrono::milliseconds FakeTei::Impl::service_time(const TeiOptions& now, std::size_t tokens) {
  const auto work = now.latency.base + now.latency.per_token * static_cast<std::int64_t>(tokens);
  if (now.latency.lanes == 0) return std::chrono::ceil<std::chrono::milliseconds>(work);
  const std::scoped_lock lock(mutex);
  lanes.resize(now.latency.lanes);
  auto lane = std::min_element(lanes.begin(), lanes.end());
  *lane = std::max(*lane, Clock::now()) + work;
  return std::chrono::ceil<std::chrono::milliseconds>(*lane - Clock::now());
}

void FakeTei::Impl::twist(std::vector<std::vector<float>>& rows) {
  const std::scoped_lock lock(mutex);
  if (twists.empty()) return;
  apply(twists.front().first, rows);
  if (--twists.front().second == 0) twists.erase(twists.begin());
}

void FakeTei::Impl::count(const EmbedRequest& request, std::size_t tokens) {
  const std::scoped_lock lock(mutex);
  ++counters.answered;
  counters.inputs += request.inputs.size();
  counters.tokens += tokens;
  for (const std::string& input : request.inputs) ++texts[request.prompt + input];
}

FakeTei::FakeTei(const TeiOptions& options) : impl_(std::make_unique<Impl>(options)) {}
FakeTei::~FakeTei() { impl_->server.stop(); }

HttpServer& FakeTei::server() { return impl_->server; }
std::string FakeTei::url() const { return impl_->server.url(); }

void FakeTei::change(const std::function<void(TeiOptions&)>& edit) {
  const std::scoped_lock lock(impl_->mutex);
  edit(impl_->options);
}

void FakeTei::twist_next(std::uint64_t times, Twist twist) {
  const std::scoped_lock lock(impl_->mutex);
  impl_->twists.emplace_back(twist, times);
}

TeiCounters FakeTei::counters() const {
  const std::scoped_lock lock(impl_->mutex);
  return impl_->counters;
}

std::uint64_t FakeTei::times_embedded(std::string_view text) const {
  const std::scoped_lock lock(impl_->mutex);
  const auto found = impl_->texts.find(text);
  return found == impl_->texts.end() ? 0 : found->second;
}

std::map<std::string, std::uint64_t, std::less<>> FakeTei::embedded() const {
  const std::scoped_lock lock(impl_->mutex);
  return impl_->texts;
}

void FakeTei::reset_counters() {
  const std::scoped_lock lock(impl_->mutex);
  impl_->counters = {};
  impl_->texts.clear();
}

}  // namespace sluice::fakes
