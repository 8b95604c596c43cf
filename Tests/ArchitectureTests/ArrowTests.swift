import Testing

/// The table of `docs/architecture.md` section 3 against `Package.swift` and against what files import.
@Suite struct ArrowTests {
    let table: ModuleTable

    init() throws { table = try ModuleTable.project.get() }

    @Test func theTableNamesEveryFolderOfSources() throws {
        let folders = Set(try Project.sources.get().map(\.module)).union(["CPCRE2", "CMaxMindDB"])
        #expect(table.modules == folders)
        #expect(table.rows.count == table.modules.count, "a module stands in the table twice")
    }

    @Test func arrowsPointDown() {
        for row in table.rows {
            for name in row.imports {
                guard let other = table.row(name) else {
                    Issue.record("`\(row.module)` may import `\(name)`, which the table does not have")
                    continue
                }
                let isSystemLibrary = other.layer == 0 && name.hasPrefix("C") && name != "CEL"
                #expect(
                    other.layer < row.layer || isSystemLibrary,
                    "`\(row.module)` of layer \(row.layer) may not import `\(name)` of layer \(other.layer)")
            }
        }
    }

    @Test func thePackageHasExactlyTheArrowsOfTheTable() throws {
        let manifest = PackageManifest(text: try Project.text(of: "Package.swift"), modules: table.modules)
        for row in table.rows where !["CPCRE2", "CMaxMindDB"].contains(row.module) {
            let arrows = manifest.targets[row.module]
            #expect(arrows == row.imports, "`\(row.module)` in Package.swift against docs/architecture.md")
        }
    }

    @Test func filesImportWhatTheirModuleMay() throws {
        for file in try Project.sources.get() {
            guard let row = table.row(file.module) else { continue }
            for name in file.imports where table.modules.contains(name.text) {
                #expect(
                    row.imports.contains(name.text),
                    "\(file.path):\(name.line): `\(row.module)` may not import `\(name.text)`")
            }
        }
    }

    /// What comes with the toolchain; layers 0 to 3 take Foundation only where the table says so.
    static let toolchain: Set = [
        "Foundation", "FoundationEssentials", "Glibc", "Darwin", "Synchronization", "Dispatch", "Swift",
    ]

    @Test func packagesHaveTheirOwners() throws {
        for file in try Project.sources.get() {
            guard let row = table.row(file.module) else { continue }
            for name in file.imports
            where !table.modules.contains(name.text) && !Self.toolchain.contains(name.text) {
                #expect(
                    row.packages.contains(name.text),
                    "\(file.path):\(name.line): `\(name.text)` is not for `\(row.module)`; see its owner in the table")
            }
        }
    }

    @Test func pureModulesDoWithoutTheNetworkStack() throws {
        for file in try Project.sources.get() where (table.row(file.module)?.layer ?? 9) < 4 {
            #expect(
                file.imports.allSatisfy { !$0.text.hasPrefix("NIO") && $0.text != "FoundationNetworking" },
                "\(file.path): layers 0 to 3 import no NIO")
        }
    }
}

/// The parser of manifests, on manifests made for it.
@Suite struct PackageManifestTests {
    static let modules: Set = ["A", "B", "C", "tool"]
    static let rows: [(text: String, targets: [String: Set<String>])] = [
        (#"[ module("A"), module("B", ["A", product("C", "c")]), ]"#, ["A": [], "B": ["A"]]),
        ("[ module(\n \"B\",\n [\n \"A\", \"C\", product(\"X\", \"x\"),\n ]), ]", ["B": ["A", "C"]]),
        (#"[ .executableTarget(name: "tool", dependencies: ["A"]) ]"#, ["tool": ["A"]]),
    ]

    @Test(arguments: rows)
    func readsTargets(_ row: (text: String, targets: [String: Set<String>])) {
        #expect(PackageManifest(text: row.text, modules: Self.modules).targets == row.targets)
    }
}
