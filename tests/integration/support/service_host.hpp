// A host that runs pipelines/<mode>.yaml as it stands, with the services behind it: fakes of TEI
// and Qdrant in this process, a real Redis.
#pragma once

#include "fakes/qdrant/fake_qdrant.hpp"
#include "fakes/redis/redis_server.hpp"
#include "fakes/tei/fake_tei.hpp"
#include "support/test_host.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::testing {

struct ServiceOptions {
  std::string mode = "streaming";
  std::filesystem::path file = {};         // instead of the mode's own
  std::vector<std::string> settings = {};  // path=value, as --set takes them
  fakes::TeiOptions tei = {};
  fakes::QdrantOptions qdrant = {};
  fakes::RedisServer::Options redis = {};
};

class ServiceHost final {
 public:
  // The services run; the host does not yet. Changes this process's environment.
  explicit ServiceHost(const ServiceOptions& options = {});

  // Hosts beside the first one share its services but not its data.
  TestHost& host() { return host_; }
  Http& http() { return host_.http(); }

  fakes::FakeTei tei;
  fakes::FakeQdrant qdrant;
  fakes::RedisServer redis;

  std::size_t points() const { return qdrant.points(kCollection); }
  // What /api/stats says the stage holds.
  uint64_t chunks(const std::string& stage);
  // Texts that TEI has made vectors of, less the one by which the embedder learns the dimension at
  // each handshake: /info does not tell it.
  uint64_t chunks_embedded() const;
  // What /health/ready says is wrong with the stage; empty while nothing is.
  std::string trouble(const std::string& stage);
  // Lines of the host's log in which `text` stands.
  std::size_t log_lines(std::string_view text);

  static constexpr const char* kCollection = "docs";

 private:
  void set_environment();

  const ServiceOptions options_;
  TestHost host_;
};

// The arguments of a host on `pipelines/<mode>.yaml`.
std::filesystem::path service_pipeline(const std::string& mode);

}  // namespace sluice::testing
