// Every table is a constant of captureless lambdas that find the FakeHost through
// sluice_host::impl.
#include "fake_host.hpp"

#include <algorithm>
#include <cctype>

namespace firecrawl {
namespace {

FakeHost& of(const sluice_host* h) { return *static_cast<FakeHost*>(h->impl); }

std::string text_of(const sluice_value& v) {
  switch (v.kind) {
    case SLUICE_TEXT:
      return std::string(sluice::to_cpp(v.as.str));
    case SLUICE_BOOL:
      return v.as.i64 != 0 ? "true" : "false";
    case SLUICE_TIME:
      return v.as.i64 > 0 ? "a time" : "no time";
    default:
      return std::to_string(v.as.i64);
  }
}

void unref(sluice_buffer* b) {
  if (--b->references > 0) return;
  if (b->release != nullptr) b->release(b->ctx);
  --b->host->live_buffers;
  delete b;
}

void free_record(sluice_record* r) {
  unref(r->text);
  --r->host->live_records;
  delete r;
}

const sluice_records kRecords = [] {
  sluice_records t{};
  t.struct_size = sizeof t;
  t.buffer_adopt = [](const sluice_host* h, sluice_str bytes, void (*release)(void*), void* ctx,
                      sluice_buffer** out) {
    *out = new sluice_buffer{&of(h), bytes, release, ctx, 1};
    ++of(h).live_buffers;
    return sluice_status{SLUICE_OK};
  };
  t.buffer_unref = unref;
  t.record_new = [](const sluice_host* h, sluice_str id, sluice_buffer* text, sluice_record** out) {
    ++text->references;
    *out = new sluice_record{&of(h), std::string(sluice::to_cpp(id)), {}, text, SLUICE_UPSERT, {}};
    ++of(h).live_records;
    return sluice_status{SLUICE_OK};
  };
  t.record_free = free_record;
  t.record_set_group = [](sluice_record* r, sluice_str group) {
    r->group = sluice::to_cpp(group);
    return sluice_status{SLUICE_OK};
  };
  t.record_set_op = [](sluice_record* r, uint32_t op) {
    r->op = op;
    return sluice_status{SLUICE_OK};
  };
  t.meta_set = [](sluice_record* r, sluice_str key, const sluice_value* v) {
    r->meta[std::string(sluice::to_cpp(key))] = text_of(*v);
    return sluice_status{SLUICE_OK};
  };
  return t;
}();

const sluice_log kLog = [] {
  sluice_log t{};
  t.struct_size = sizeof t;
  t.enabled = [](const sluice_host*, uint32_t) { return 1U; };
  t.write = [](const sluice_host* h, uint32_t, sluice_str message, const sluice_kv*, uint32_t) {
    of(h).log.emplace_back(sluice::to_cpp(message));
  };
  return t;
}();

const sluice_config_api kConfig = [] {
  sluice_config_api t{};
  t.struct_size = sizeof t;
  t.get = [](const sluice_config* c, const char* pointer, sluice_value* out) {
    const auto found = c->host->settings.find(pointer);
    if (found == c->host->settings.end()) return sluice_status{SLUICE_E_NOT_FOUND};
    const std::string& text = found->second;
    const bool is_number =
        !text.empty() && std::all_of(text.begin(), text.end(),
                                     [](unsigned char byte) { return std::isdigit(byte) != 0; });
    *out = is_number ? sluice::integer_value(std::stoll(text)) : sluice::text_value(text);
    return sluice_status{SLUICE_OK};
  };
  return t;
}();

void take_pages(FakeHost& host, const sluice_crawl_event& event,
                std::vector<sluice_status>& verdicts) {
  for (uint32_t i = 0; i < event.record_count; ++i) {
    sluice_record* r = event.records[i];
    const bool is_known =
        std::find(host.known.begin(), host.known.end(), r->id) != host.known.end();
    verdicts.push_back(is_known ? SLUICE_DROPPED : SLUICE_OK);
    host.pushed.push_back({r->id, std::string(sluice::to_cpp(event.group)),
                           std::string(sluice::to_cpp(r->text->bytes)), r->op, r->meta});
    free_record(r);
  }
}

void report(const sluice_host* h, const sluice_crawl_event* event,
            void (*done)(void*, sluice_status, const sluice_status*), void* ctx) {
  FakeHost& host = of(h);
  host.on_push();
  if (host.push_status != SLUICE_OK) return done(ctx, host.push_status, nullptr);
  std::vector<sluice_status> verdicts;
  take_pages(host, *event, verdicts);
  const std::string group(sluice::to_cpp(event->group));
  for (uint32_t i = 0; i < event->left_out_count; ++i) {
    host.ledger.push_back("left_out " + group + " " + std::to_string(event->left_out[i].reason) +
                          " " + std::string(sluice::to_cpp(event->left_out[i].document_id)));
  }
  if (event->ends != SLUICE_CRAWL_GOES_ON) {
    host.ledger.push_back("ended " + group + " " + std::to_string(event->ends));
  }
  if (event->record_count + event->left_out_count + event->ends == 0) {
    host.ledger.push_back("opened " + group);
  }
  done(ctx, SLUICE_OK, verdicts.data());
}

const sluice_crawls kCrawls = [] {
  sluice_crawls t{};
  t.struct_size = sizeof t;
  t.report = report;
  return t;
}();

sluice_status route_at(const sluice_host* h, const sluice_route* route,
                       void (*handler)(void*, sluice_exchange*), void* ctx, sluice_error*) {
  of(h).route = std::string(sluice::to_cpp(route->method)) + " " +
                std::string(sluice::to_cpp(route->path)) + " " + std::to_string(route->flags);
  of(h).handler = [handler, ctx](sluice_exchange* x) { handler(ctx, x); };
  return SLUICE_OK;
}

const sluice_http_server kServer = [] {
  sluice_http_server t{};
  t.struct_size = sizeof t;
  t.route_at = route_at;
  t.header = [](const sluice_exchange* x, sluice_str name) {
    const auto found = x->headers.find(std::string(sluice::to_cpp(name)));
    return found == x->headers.end() ? sluice_str{} : sluice::to_c(found->second);
  };
  t.body = [](const sluice_exchange* x) { return sluice::to_c(x->body); };
  t.respond_with = [](sluice_exchange* x, uint32_t status, const sluice_http_header* headers,
                      uint32_t count, sluice_str body) {
    x->status = status;
    for (uint32_t i = 0; i < count; ++i) {
      x->answer_headers[std::string(sluice::to_cpp(headers[i].name))] =
          sluice::to_cpp(headers[i].value);
    }
    x->answer = sluice::to_cpp(body);
  };
  return t;
}();

const sluice_http_client kClient = [] {
  sluice_http_client t{};
  t.struct_size = sizeof t;
  t.send = [](const sluice_host* h, const sluice_http_request* request,
              void (*done)(void*, const sluice_http_response*), void* ctx, uint64_t* out_id) {
    std::string line = std::string(sluice::to_cpp(request->method)) + " " +
                       std::string(sluice::to_cpp(request->url));
    for (uint32_t i = 0; i < request->header_count; ++i) {
      line += " " + std::string(sluice::to_cpp(request->headers[i].value));
    }
    of(h).requests.push_back(line);
    sluice_http_response response{};
    response.struct_size = sizeof response;
    response.status = of(h).client_status;
    *out_id = 1;
    done(ctx, &response);
    return sluice_status{SLUICE_OK};
  };
  return t;
}();

const void* get_interface(const sluice_host* h, const char* id) {
  const std::string_view name = id;
  if (name == SLUICE_IFACE_RECORDS) return &kRecords;
  if (name == SLUICE_IFACE_LOG) return &kLog;
  if (name == SLUICE_IFACE_CONFIG) return &kConfig;
  if (name == SLUICE_IFACE_HTTP_SERVER) return &kServer;
  if (name == SLUICE_IFACE_HTTP_CLIENT) return &kClient;
  if (name == SLUICE_IFACE_CRAWLS && of(h).offers_crawls) return &kCrawls;
  return nullptr;
}

}  // namespace

FakeHost::FakeHost() {
  host_.struct_size = sizeof host_;
  host_.name = "fake";
  host_.version = "0";
  host_.instance = "crawl";
  host_.impl = this;
  host_.get_interface = get_interface;
  settings = {{"/webhook_path", "/api/webhook/firecrawl"},
              {"/min_status", "200"},
              {"/max_status", "399"},
              {"/on_gone", "keep"},
              {"/api_version", "v2"}};
}

sluice_exchange FakeHost::post(const std::string& body, const std::string& signature) {
  sluice_exchange exchange;
  exchange.body = body;
  if (!signature.empty()) exchange.headers["X-Firecrawl-Signature"] = signature;
  handler(&exchange);
  return exchange;
}

}  // namespace firecrawl
