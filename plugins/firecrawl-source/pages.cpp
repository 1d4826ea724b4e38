#include "pages.hpp"

#include "json_text.hpp"
#include "uuid.hpp"

#include <algorithm>
#include <utility>

namespace firecrawl {
namespace {

constexpr std::int64_t kNotFound = 404;
constexpr std::int64_t kGone = 410;

// The address a document goes by: where it ended up, else what was asked for. A page's own <meta>
// tags can overwrite either, so the first that is an address counts.
struct Address {
  sluice::PageUrl id;
  std::string_view written;
};

// A crawler brings pages of the web; any other address in a page's metadata is somebody's mistake
// or mischief, and must not become a link in a search result.
Address web_address(std::string_view written) {
  Address address{sluice::canonical_url(written), written};
  const std::string& canonical = address.id.canonical;
  const bool is_web = canonical.starts_with("http://") || canonical.starts_with("https://");
  if (address.id.ok() && !is_web) address.id = {{}, {}, "the URL is not an http or https address"};
  return address;
}

Address address_of(const Document& document) {
  Address final_address = web_address(document.url);
  if (final_address.id.ok()) return final_address;
  Address asked = web_address(document.source_url);
  return asked.id.ok() || document.url.empty() ? asked : final_address;
}

std::string ledger_name_of(const Address& address) {
  return address.id.ok() ? address.id.canonical
                         : std::string(clipped(address.written, sluice::kMaxUrlBytes));
}

bool is_blank(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return c == ' ' || (c >= '\t' && c <= '\r'); });
}

std::string status_detail(const Document& document) {
  std::string detail = "the page answered HTTP " + std::to_string(*document.status_code);
  if (!document.target_error.empty()) detail += ": " + document.target_error;
  return detail;
}

// What is the same for all documents of an event.
struct Sorting {
  const PageRules& rules;
  const std::string_view job_id;
  LedgerNames names{};
  Sorted out{};
};

void sort_document(std::size_t index, Document document, Sorting& sorting) {
  using Reason = LeftOutPage::Reason;
  const PageRules& rules = sorting.rules;
  Sorted& out = sorting.out;
  Address address = address_of(document);
  const std::string_view fault = document.fault.empty() ? address.id.fault : document.fault;
  if (!fault.empty()) {
    out.tally.failed.push_back({index, std::string(address.written), std::string(fault)});
    out.left_out.push_back(
        {sorting.names.of(document, fault), Reason::kFailed, std::string(fault)});
    return;
  }
  const auto status = document.status_code;
  if (status && (*status < rules.min_status || *status > rules.max_status)) {
    ++out.tally.left_out;
    out.left_out.push_back({address.id.canonical, Reason::kStatus, status_detail(document)});
    if (rules.on_gone == OnGone::kDelete && (*status == kNotFound || *status == kGone)) {
      out.records.push_back({PageRecord::Op::kDelete, std::move(address.id), {}, {}});
      out.names.emplace_back();
    }
    return;
  }
  if (is_blank(document.markdown)) {
    ++out.tally.left_out;
    out.left_out.push_back({address.id.canonical, Reason::kEmpty, "the page has no Markdown"});
    return;
  }
  std::string written(address.written);
  out.names.push_back(uuid5_of_url(std::string(sorting.job_id) + '#' + address.id.canonical));
  out.records.push_back(
      {PageRecord::Op::kIndex, std::move(address.id), std::move(written), std::move(document)});
}

}  // namespace

Sorted sort_documents(const PageRules& rules, std::string_view job_id,
                      std::vector<Document> documents) {
  Sorting sorting{rules, job_id};
  for (std::size_t i = 0; i < documents.size(); ++i) {
    sort_document(i, std::move(documents[i]), sorting);
  }
  return std::move(sorting.out);
}

std::string ledger_name(const Document& document) { return ledger_name_of(address_of(document)); }

std::string LedgerNames::of(const Document& document, std::string_view why) {
  std::string name = ledger_name(document);
  if (!name.empty()) return name;
  std::string all(why);
  for (const std::string& part : {document.title, document.description, document.markdown}) {
    all += '\0';
    all += part;
  }
  name = "page-without-url:" + uuid5_of_url(all);
  if (const std::size_t before = nameless_[name]++; before > 0) {
    name += '#' + std::to_string(before);
  }
  return name;
}

}  // namespace firecrawl
