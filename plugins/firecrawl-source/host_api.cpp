#include "host_api.hpp"

#include <string_view>
#include <utility>

namespace firecrawl {
namespace {

ApiReply::Lack lack_of(sluice_status why) {
  switch (why) {
    case SLUICE_E_TIMEOUT:
      return ApiReply::Lack::kTimeout;
    case SLUICE_E_REJECT:
      return ApiReply::Lack::kTooLarge;
    case SLUICE_E_STOPPING:
      return ApiReply::Lack::kStopping;
    default:
      return ApiReply::Lack::kUnreachable;
  }
}

bool is_called(std::string_view name, std::string_view lower) {
  if (name.size() != lower.size()) return false;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const char c = name[i];
    if ((c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c) != lower[i]) return false;
  }
  return true;
}

}  // namespace

void HostApi::attach(const sluice::Host& host, Settings settings) {
  host_.emplace(host);
  client_.emplace(host);
  settings_ = std::move(settings);
}

sluice::HttpRequest HostApi::make_request(ApiRequest request) const {
  sluice::HttpRequest out;
  out.method = std::move(request.method);
  out.url = settings_.url + request.path;
  out.timeout = request.timeout.count() > 0 ? request.timeout : settings_.timeout;
  if (!settings_.key.empty()) {
    out.headers.push_back({settings_.key_header, settings_.key_prefix + settings_.key});
  }
  if (!request.body.empty()) {
    out.headers.push_back({"Content-Type", "application/json"});
    out.body = std::move(request.body);
  }
  return out;
}

std::shared_ptr<HostApi::Slot> HostApi::open_slot() {
  auto slot = std::make_shared<Slot>();
  const std::scoped_lock lock(mutex_);
  if (is_stopping_) return nullptr;
  slots_.insert(slot);
  return slot;
}

void HostApi::close_slot(const std::shared_ptr<Slot>& slot) {
  const std::scoped_lock lock(mutex_);
  slot->is_over = true;
  slots_.erase(slot);
}

void HostApi::keep_id(Slot& slot, std::uint64_t id) {
  bool is_too_late = false;
  {
    const std::scoped_lock lock(mutex_);
    slot.id = id;
    is_too_late = is_stopping_ && !slot.is_over;
  }
  if (is_too_late) client_->cancel(id);
}

void HostApi::send(const sluice::HttpRequest& request,
                   std::function<void(sluice::HttpResponse)> done) {
  const auto slot = open_slot();
  if (!slot) {
    sluice::HttpResponse stopped;
    stopped.why = SLUICE_E_STOPPING;
    return done(std::move(stopped));
  }
  const std::uint64_t id =
      client_->send(request, [this, slot, done = std::move(done)](sluice::HttpResponse response) {
        close_slot(slot);
        done(std::move(response));
      });
  keep_id(*slot, id);
}

void HostApi::relay(sluice::HttpExchange exchange, const sluice::HttpRequest& request,
                    sluice::HttpRelay how) {
  const auto slot = open_slot();
  if (!slot) {
    sluice::HttpResponse stopped;
    stopped.why = SLUICE_E_STOPPING;
    return how.done(std::move(stopped), std::move(exchange));
  }
  how.done = [this, slot, done = std::move(how.done)](sluice::HttpResponse response,
                                                      sluice::HttpExchange ended) {
    close_slot(slot);
    done(std::move(response), std::move(ended));
  };
  keep_id(*slot, sluice::relay(*host_, std::move(exchange), request, std::move(how)));
}

void HostApi::stop() {
  std::set<std::shared_ptr<Slot>> under_way;
  {
    const std::scoped_lock lock(mutex_);
    is_stopping_ = true;
    under_way = slots_;
  }
  for (const auto& slot : under_way) {
    std::uint64_t id = 0;
    {
      const std::scoped_lock lock(mutex_);
      if (!slot->is_over) id = slot->id;
    }
    if (id != 0) client_->cancel(id);
  }
}

void HostApi::ask(ApiRequest request, Answered answered) {
  send(make_request(std::move(request)),
       [answered = std::move(answered)](sluice::HttpResponse response) {
         ApiReply reply;
         reply.status = response.status;
         if (response.status == 0) reply.lack = lack_of(response.why);
         for (sluice::HttpHeader& header : response.headers) {
           if (is_called(header.name, "content-type")) {
             reply.content_type = std::move(header.value);
           } else if (is_called(header.name, "retry-after")) {
             reply.retry_after = std::move(header.value);
           }
         }
         reply.body = std::move(response.body);
         answered(std::move(reply));
       });
}

}  // namespace firecrawl
