#include "results.hpp"

#include "document_reader.hpp"
#include "json_check.hpp"
#include "json_fields.hpp"

#include <algorithm>
#include <charconv>
#include <new>
#include <utility>

namespace firecrawl {
namespace {

constexpr std::size_t kMaxErrors = 20'000;  // that a job's list may have, as kMaxDocuments
constexpr std::size_t kMaxAddressBytes = 8192;

// Calls `read` with the object that the body is. False when it is none.
template <class Read>
bool read_object(std::string_view body, Read read) {
  if (check_json(body) != JsonCheck::kOk) return false;
  try {
    const PaddedBody padded(body, body.size());
    ondemand::parser parser;
    ondemand::document document = parser.iterate(padded.view());
    if (document.type() != ondemand::json_type::object) return false;
    read(document.get_object());
    return true;
  } catch (const simdjson::simdjson_error& e) {
    if (e.error() == simdjson::MEMALLOC) throw std::bad_alloc{};
    return false;  // not UTF-8; the grammar was checked above
  }
}

std::optional<JobStatus> status_of(std::string_view word) {
  if (word == "scraping") return JobStatus::kRunning;
  if (word == "completed") return JobStatus::kCompleted;
  if (word == "failed") return JobStatus::kFailed;
  if (word == "cancelled") return JobStatus::kCancelled;
  return std::nullopt;
}

std::optional<std::uint64_t> number_in(std::string_view digits) {
  std::uint64_t number = 0;
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (read.ec != std::errc{} || read.ptr == digits.data()) return std::nullopt;
  return number;
}

// The `skip` in an address's query.
std::optional<std::uint64_t> skip_of(std::string_view address) {
  std::size_t at = address.find('?');
  while (at != std::string_view::npos) {
    const std::string_view pair = address.substr(at + 1);
    constexpr std::string_view kKey = "skip=";
    if (pair.starts_with(kKey)) return number_in(pair.substr(kKey.size()));
    at = address.find('&', at + 1);
  }
  return std::nullopt;
}

std::string address_of_value(ondemand::value& value) {
  return is_string(value) ? clipped_text_of(value, kMaxAddressBytes) : std::string{};
}

JobErrors::Page error_page(ondemand::object object) {
  JobErrors::Page page;
  each_member(object, [&](std::string_view key, ondemand::value& value) {
    if (key == "url") page.url = address_of_value(value);
    if (key == "error") page.error = error_of(value);
  });
  return page;
}

}  // namespace

std::optional<Results> parse_results(std::string_view body) {
  Results results;
  bool has_status = false;
  bool fits = true;
  const bool is_object = read_object(body, [&](ondemand::object object) {
    each_member(object, [&](std::string_view key, ondemand::value& value) {
      if (key == "success") {
        results.success = flag_of(value).value_or(true);
      } else if (key == "status") {
        const auto status = status_of(is_string(value) ? text_of(value) : std::string{});
        has_status = status.has_value();
        if (status) results.status = *status;
      } else if (key == "error") {
        results.error = error_of(value);
      } else if (key == "next") {
        results.next_skip = skip_of(address_of_value(value));
      } else if (key == "data") {
        fits = read_documents(value, results.documents);
      }
    });
  });
  if (!is_object || !has_status || !fits) return std::nullopt;
  return results;
}

std::optional<JobErrors> parse_job_errors(std::string_view body) {
  JobErrors errors;
  bool has_list = false;
  const bool is_object = read_object(body, [&](ondemand::object object) {
    each_member(object, [&](std::string_view key, ondemand::value& value) {
      if (value.type() != ondemand::json_type::array) return;
      has_list |= key == "errors";
      for (ondemand::value item : value.get_array()) {
        if (errors.pages.size() + errors.robots_blocked.size() >= kMaxErrors) break;
        if (key == "errors" && item.type() == ondemand::json_type::object) {
          errors.pages.push_back(error_page(item.get_object()));
        } else if (key == "robotsBlocked") {
          errors.robots_blocked.push_back(address_of_value(item));
        }
      }
    });
  });
  if (!is_object || !has_list) return std::nullopt;
  return errors;
}

std::vector<Document> parse_scraped(std::string_view body) {
  std::vector<Document> documents;
  const bool is_object = read_object(body, [&](ondemand::object object) {
    each_member(object, [&](std::string_view key, ondemand::value& value) {
      if (key == "data" && value.type() == ondemand::json_type::object) {
        read_documents(value, documents);
      }
    });
  });
  if (!is_object) documents.clear();
  return documents;
}

std::string parse_error(std::string_view body) {
  std::string error;
  read_object(body, [&](ondemand::object object) {
    each_member(object, [&](std::string_view key, ondemand::value& value) {
      if (key == "error") error = error_of(value);
    });
  });
  return error;
}

std::int64_t seconds_to_wait(std::string_view retry_after, std::string_view error) {
  constexpr std::string_view kWords = "retry after ";
  const std::size_t at = error.find(kWords);
  auto seconds = number_in(retry_after);
  if (!seconds && at != std::string_view::npos)
    seconds = number_in(error.substr(at + kWords.size()));
  constexpr std::uint64_t kMost = 24 * 60 * 60;
  return seconds ? static_cast<std::int64_t>(std::min(*seconds, kMost)) : 0;
}

}  // namespace firecrawl
