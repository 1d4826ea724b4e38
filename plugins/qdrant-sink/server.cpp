#include "server.hpp"

#include "answers.hpp"

#include <charconv>
#include <utility>

namespace qdrant_sink {
namespace {

constexpr std::chrono::seconds kLookTimeout{10};

// The first with /points/query/groups.
constexpr std::pair kOldestVersion{1U, 11U};

// "1.19.0-dev" is {1, 19}; what cannot be read is {0, 0}.
std::pair<unsigned, unsigned> major_minor(std::string_view version) {
  std::pair<unsigned, unsigned> out{0, 0};
  const char* const end = version.data() + version.size();
  const auto major = std::from_chars(version.data(), end, out.first);
  if (major.ec == std::errc{} && major.ptr != end && *major.ptr == '.')
    std::from_chars(major.ptr + 1, end, out.second);
  return out;
}

}  // namespace

std::variant<Place, std::string> place_of(std::string_view url) {
  constexpr std::string_view kForm = "; write http://host:6333 or https://host:6333";
  const bool is_http = url.starts_with("http://") || url.starts_with("https://");
  const std::size_t host = url.find("://") + 3;
  if (!is_http || url.size() == host || url[host] == '/')
    return "is no URL of a server" + std::string(kForm);
  if (url.find('@') != std::string_view::npos)
    return "has a user or password in it, which Qdrant does not know; use 'api_key'";
  if (url.find_first_of("?# \t") != std::string_view::npos)
    return "has more than a server and a path" + std::string(kForm);
  while (url.ends_with('/')) url.remove_suffix(1);
  return Place{.url = std::string(url)};
}

std::variant<ServerFacts, Fault> look_at(const Place& place, const Wire& wire) {
  using Clock = std::chrono::steady_clock;
  const auto began = Clock::now();
  const Call call{.method = "GET", .target = "/", .timeout = kLookTimeout};
  const Reply reply = std::move(wire({&call, 1}).front());
  const auto latency = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - began);
  if (auto fault = fault_of(place, reply)) return std::move(*fault);
  const auto found = version(reply.body);
  if (!found) return nonsense(place);
  if (major_minor(*found) < kOldestVersion) {
    return Fault{.kind = Fault::Kind::kMisfit,
                 .sentence = "Qdrant at " + place.url + " has version " + *found +
                             "; 1.11 or a later one is needed."};
  }
  return ServerFacts{.version = *found, .latency = latency};
}

}  // namespace qdrant_sink
