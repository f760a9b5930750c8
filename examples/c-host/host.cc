// A host of nacre's modules in C++ on wabt's interpreter: what docs/abi.md says, and nothing else.
//
//   host MODEL [seed N] [input TABLE FILE DIM...]... [output TABLE RANK]... [parameter RECORD INDEX COUNT]...
//
// TABLE is a port's `table` in the manifest, RECORD its `parameter`. FILE has the bytes of an input, DIM... its sizes.
// Initializes the model, runs it if there are outputs to print, and prints in hexadecimal: for each output a line of
// sizes and one of the bits of its values, for each parameter one of the bits.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>

#include "wabt/binary-reader.h"
#include "wabt/interp/binary-reader-interp.h"
#include "wabt/interp/interp.h"

using namespace wabt;
using namespace wabt::interp;

static void require(bool condition, const std::string& what) {
  if (condition) return;
  fprintf(stderr, "host: %s\n", what.c_str());
  exit(1);
}

static std::vector<char> read_file(const char* path) {
  std::ifstream file(path, std::ios::binary);
  require(file.good(), std::string(path) + " cannot be read");
  return {std::istreambuf_iterator<char>(file), {}};
}

struct Model {
  Store store;
  Instance::Ptr instance;
  Memory::Ptr memory;
  std::vector<ExportType> exports;
  uint32_t table;

  explicit Model(const std::vector<char>& binary) {
    Errors errors;
    ModuleDesc description;
    ReadBinaryOptions options;
    options.features.enable_simd();
    options.features.enable_relaxed_simd();
    ReadBinaryInterp("model", binary.data(), binary.size(), options, &errors, &description);
    require(errors.empty(), errors.empty() ? "" : errors[0].message);
    auto module = Module::New(store, description);
    exports = module->export_types();
    Trap::Ptr trap;
    instance = Instance::Instantiate(store, module.ref(), {}, &trap);
    require(!trap, trap ? trap->message() : "");
    memory = store.UnsafeGet<Memory>(find("memory"));
    require(call("abiVersion") == 1, "the module has another ABI version");
    table = call("table");
  }

  Ref find(const std::string& name) {
    for (size_t i = 0; i < exports.size(); i++)
      if (exports[i].name == name) return instance->exports()[i];
    require(false, "the module does not export " + name);
    return {};
  }

  int32_t call(const std::string& name, const Values& arguments = {}) {
    Values results;
    Trap::Ptr trap;
    store.UnsafeGet<Func>(find(name))->Call(store, arguments, results, &trap);
    require(!trap, name + " trapped: " + (trap ? trap->message() : ""));
    return results[0].Get<s32>();
  }

  void run(const std::string& name, const Values& arguments = {}) {
    int32_t status = call(name, arguments);
    require(status == 0, name + " returned " + std::to_string(status) + " about " + std::to_string(call("failed")));
  }

  uint8_t* at(uint32_t address) { return memory->UnsafeData() + address; }
  uint32_t& word(uint32_t offset) { return *reinterpret_cast<uint32_t*>(at(table + offset)); }

  void print(uint32_t address, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) printf("%08x ", *reinterpret_cast<uint32_t*>(at(address + 4 * i)));
    printf("\n");
  }
};

struct Input {
  uint32_t table;
  std::vector<char> values;
};
struct Output {
  uint32_t table, rank;
};
struct Parameter {
  uint32_t record, index, count;
};

int main(int count, char** arguments) {
  require(count > 1, "MODEL is missing");
  Model model(read_file(arguments[1]));
  uint64_t seed = 0;
  std::vector<Input> inputs;
  std::vector<Output> outputs;
  std::vector<Parameter> parameters;
  int at = 2;
  auto is_number = [&] { return at < count && arguments[at][0] >= '0' && arguments[at][0] <= '9'; };
  auto number = [&]() -> uint64_t { return is_number() ? strtoull(arguments[at++], nullptr, 10) : (require(false, "a number is missing"), 0); };
  while (at < count) {
    std::string kind = arguments[at++];
    if (kind == "seed") {
      seed = number();
    } else if (kind == "input") {
      uint32_t table = number(), axis = 1;
      require(at < count, "FILE is missing");
      inputs.push_back({table, read_file(arguments[at++])});
      while (is_number()) model.word(table + 4 * axis++) = number();
    } else if (kind == "output") {
      uint32_t table = number(), rank = number();
      outputs.push_back({table, rank});
    } else {
      require(kind == "parameter", kind + " is neither seed, input, output nor parameter");
      uint32_t record = number(), index = number(), elements = number();
      parameters.push_back({record, index, elements});
    }
  }

  if (!inputs.empty()) model.run("infer");
  model.run("initialize", {Value::Make(u32(seed)), Value::Make(u32(seed >> 32)), Value::Make(u32(0))});
  for (auto& input : inputs) memcpy(model.at(model.word(input.table)), input.values.data(), input.values.size());
  if (!outputs.empty()) model.run("forward");
  for (auto& output : outputs) {
    uint32_t elements = 1;
    for (uint32_t axis = 1; axis <= output.rank; axis++) {
      elements *= model.word(output.table + 4 * axis);
      printf("%x ", model.word(output.table + 4 * axis));
    }
    printf("\n");
    model.print(model.word(output.table), elements);
  }
  for (auto& parameter : parameters) {
    model.run("readParameter", {Value::Make(u32(parameter.index))});
    model.print(model.word(parameter.record), parameter.count);
  }
}
