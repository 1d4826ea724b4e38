// POST /api/index: one document, by the same way as a crawled page.
#include "api/api.hpp"
#include "api/document_body.hpp"
#include "base/uuid.hpp"

#include <memory>
#include <utility>

namespace sluice::api {
namespace {

net::Response answer_of(sluice_status taken) {
  if (taken != SLUICE_OK) return unavailable(taken);
  const nlohmann::json out = {{"job_id", random_uuid()},
                              {"status", "queued"},
                              {"message", "The document is stored and will be indexed."}};
  return net::json_response(202, dump(out));
}

}  // namespace

void Api::index(const net::ExchangePtr& x) {
  const auto body = parse_object(x->request().body);
  if (!body) return x->respond(net::error_response(400, body.error().message));
  Fields fields(*body);
  auto document = take_document(fields);
  if (!fields.fault().empty()) return x->respond(net::error_response(422, fields.fault()));
  x->release_body();
  sluice_record* const pushed = document.record.get();
  services::Event event;
  event.records = {&pushed, 1};
  event.wait_ms = kWaitMs;
  // Shared, as a std::function must be copyable and the owner of a record is not.
  auto kept = std::make_shared<data::RecordRef>(std::move(document.record));
  parts_.graph.intake().take(kSource, event,
                             [x, kept](sluice_status taken, const sluice_status* /*verdicts*/) {
                               if (taken == SLUICE_OK) (void)kept->release();  // the pipeline's now
                               x->respond(answer_of(taken));
                             });
}

}  // namespace sluice::api
