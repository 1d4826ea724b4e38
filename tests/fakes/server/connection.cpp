#include "fakes/server/connection.hpp"

#include "fakes/server/request_reader.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <optional>
#include <string>
#include <utility>

namespace sluice::fakes {
namespace {

constexpr std::string_view kGarbage = "\x16\x03\x01 this is no answer \xff\xfe\r\n\r\n";
constexpr std::chrono::hours kForEver{24};  // longer than any test
constexpr std::size_t kPart = 4096;         // bytes of a chunk
constexpr std::string_view kLastChunk = "0\r\n\r\n";

enum class Next { kServe, kClose };

std::string_view reason(unsigned status) {
  switch (status) {
    case 200:
      return "OK";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 404:
      return "Not Found";
    case 413:
      return "Payload Too Large";
    case 422:
      return "Unprocessable Entity";
    case 429:
      return "Too Many Requests";
    case 500:
      return "Internal Server Error";
    case 503:
      return "Service Unavailable";
    default:
      return "Answer";
  }
}

bool is_chunked(const Answer& answer) {
  return answer.source.run ? !answer.source.length : answer.framing == Framing::kChunked;
}

std::size_t length_of(const Answer& answer) {
  return answer.source.run ? *answer.source.length : answer.body.size();
}

std::string head_of(const Answer& answer, KeepAlive keep_alive) {
  std::string head = "HTTP/1.1 " + std::to_string(answer.status) + " ";
  head += reason(answer.status);
  head += "\r\n";
  if (!answer.content_type.empty()) head += "Content-Type: " + answer.content_type + "\r\n";
  for (const Header& header : answer.headers) head += header.name + ": " + header.value + "\r\n";
  head += is_chunked(answer) ? "Transfer-Encoding: chunked\r\n"
                             : "Content-Length: " + std::to_string(length_of(answer)) + "\r\n";
  if (keep_alive == KeepAlive::kNo) head += "Connection: close\r\n";
  return head + "\r\n";
}

std::string chunk(std::string_view part) {
  std::array<char, 20> size{};
  std::snprintf(size.data(), size.size(), "%zx\r\n", part.size());
  return std::string(size.data()).append(part).append("\r\n");
}

std::string chunked(std::string_view body) {
  std::string out;
  while (!body.empty()) {
    const std::string_view part = body.substr(0, kPart);
    out += chunk(part);
    body.remove_prefix(part.size());
  }
  return out.append(kLastChunk);
}

std::string wire_body(const Answer& answer) {
  return answer.framing == Framing::kChunked ? chunked(answer.body) : answer.body;
}

// One connection at work.
class Service {
 public:
  Service(Wire& wire, Shared& shared) : wire_(&wire), shared_(&shared) {}

  Next answer(const ReadRequest& read) {
    const auto failure = shared_->script.take(read.request);
    if (failure) {
      shared_->ledger.change([](Counters& c) { ++c.failures; });
      return fail(*failure, read);
    }
    return send(shared_->handler(read.request), read);
  }

  Next send(const Answer& answer, const ReadRequest& read) {
    if (!wait(answer.delay)) return Next::kClose;
    if (answer.source.run) return send_parts(answer, read);
    const std::string body = read.request.method == "HEAD" ? std::string{} : wire_body(answer);
    if (!wire_->write(head_of(answer, read.keep_alive) + body)) return gone();
    if (read.keep_alive == KeepAlive::kYes) return Next::kServe;
    wire_->finish();
    return Next::kClose;
  }

 private:
  Next fail(const Failure& failure, const ReadRequest& read) {
    using How = Failure::How;
    if (!wait(failure.delay)) return Next::kClose;
    const bool is_partial = failure.how == How::kLate || failure.how == How::kResetBody ||
                            failure.how == How::kTruncate;
    Answer own;
    if (is_partial || failure.work == Failure::Work::kDone) own = shared_->handler(read.request);
    switch (failure.how) {
      case How::kAnswer:
        return send(failure.answer, read);
      case How::kLate:
        return send(own, read);
      case How::kClose:
        wire_->finish();
        break;
      case How::kReset:
        wire_->make_close_a_reset();
        break;
      case How::kResetBody:
        send_half(own, read);
        wire_->make_close_a_reset();
        break;
      case How::kTruncate:
        send_half(own, read);
        wire_->finish();
        break;
      case How::kGarbage:
        wire_->write(kGarbage);
        wire_->finish();
        break;
      case How::kSilence:
        wait(kForEver);
        break;
    }
    return Next::kClose;
  }

  Next send_parts(const Answer& answer, const ReadRequest& read) {
    bool is_there = wire_->write(head_of(answer, read.keep_alive));
    const auto send_part = [&](std::string_view part) {
      if (is_there && !part.empty()) {
        is_there = is_chunked(answer) ? wire_->write(chunk(part)) : wire_->write(part);
      }
      return is_there;
    };
    const auto end = answer.source.run(send_part);
    if (end == BodySource::End::kWhole && is_there && is_chunked(answer)) {
      is_there = wire_->write(kLastChunk);
    }
    if (!is_there) return gone();
    if (end == BodySource::End::kWhole && read.keep_alive == KeepAlive::kYes) return Next::kServe;
    wire_->finish();
    return Next::kClose;
  }

  void send_half(const Answer& answer, const ReadRequest& read) {
    if (!wait(answer.delay)) return;
    const std::string body = wire_body(answer);
    wire_->write(head_of(answer, read.keep_alive) + body.substr(0, body.size() / 2));
  }

  bool wait(std::chrono::milliseconds time) {
    if (time.count() <= 0 || wire_->pause(time)) return true;
    gone();
    return false;
  }

  Next gone() {
    shared_->ledger.change([](Counters& c) { ++c.abandoned; });
    return Next::kClose;
  }

  Wire* wire_;
  Shared* shared_;
};

}  // namespace

Counters Ledger::counters() const {
  const std::scoped_lock lock(mutex_);
  return counters_;
}

std::vector<Request> Ledger::requests() const {
  const std::scoped_lock lock(mutex_);
  return {requests_.begin(), requests_.end()};
}

void Ledger::began(const Request& request) {
  const std::scoped_lock lock(mutex_);
  ++counters_.requests;
  counters_.peak_in_flight = std::max(counters_.peak_in_flight, ++counters_.in_flight);
  if (keep_requests_ == 0) return;
  if (requests_.size() == keep_requests_) requests_.pop_front();
  requests_.push_back(request);
}

void Ledger::ended() {
  change([](Counters& c) { --c.in_flight; });
}

void Ledger::reset() {
  const std::scoped_lock lock(mutex_);
  counters_ = {.open = counters_.open, .in_flight = counters_.in_flight};
  requests_.clear();
}

void serve(Wire& wire, Shared& shared, Leave& leave) {
  if (shared.tls && !wire.accept_tls(shared.tls.get())) return;
  RequestReader reader(wire, shared.options.max_body);
  Service service(wire, shared);
  for (;;) {
    if (!reader.has_pending()) {
      leave.is_idle = true;
      const Wake wake = leave.is_wanted ? Wake::kTimeout : wire.wait(shared.idle_timeout);
      leave.is_idle = false;
      if (wake != Wake::kReadable) return wire.finish();
    }
    const ReadRequest read = reader.read();
    if (read.outcome == ReadRequest::Outcome::kEnd) return;
    if (read.outcome != ReadRequest::Outcome::kRequest) {
      const Answer refusal = read.outcome == ReadRequest::Outcome::kTooLarge
                                 ? shared.options.too_large
                                 : Answer{.status = 400, .content_type = {}};
      service.send(refusal, {.outcome = read.outcome, .request = {}, .keep_alive = KeepAlive::kNo});
      return;
    }
    shared.ledger.began(read.request);
    const Next next = service.answer(read);
    shared.ledger.ended();
    if (next == Next::kClose) return;
  }
}

}  // namespace sluice::fakes
