import Diagnostics
import Foundation
import RuleLanguage
import Testing

/// One broken file in, its exact diagnostics out: `Snapshots/<name>.yaml` and `Snapshots/<name>.txt`.
///
/// Set `TOCSIN_RECORD_SNAPSHOTS=1` to write the outputs anew; such a run fails, so nobody takes it for a passing one.
@Suite struct SnapshotTests {
    static let names = Folders.files(in: Folders.snapshots, ending: ".yaml").map { String($0.dropLast(5)) }

    @Test func thereAreTwoHundredCasesOrMore() {
        #expect(Self.names.count >= 200)
    }

    @Test(arguments: names)
    func everyErrorHasAPlaceACaretAndAHint(_ name: String) throws {
        let text = try Folders.read(Folders.snapshots + "/" + name + ".yaml")
        for entry in Loading(("Rules/topic/" + name + ".yaml", text)).report.entries {
            let diagnostic = entry.diagnostic
            guard diagnostic.level == .error else { continue }
            #expect(diagnostic.help?.isEmpty == false, "\(diagnostic.message)")
            #expect(diagnostic.primary.span.end <= text.utf8.count)
            let shown = DiagnosticReport([entry]).rendered(as: .text)
            #expect(shown.contains("--> Rules/topic/\(name).yaml:"))
            #expect(
                shown.split(separator: "\n").contains {
                    $0.drop { " 0123456789".contains($0) }.hasPrefix("|") && $0.contains("^")
                })
        }
    }

    @Test(arguments: names)
    func brokenFileSaysExactlyThis(_ name: String) throws {
        let text = try Folders.read(Folders.snapshots + "/" + name + ".yaml")
        let loaded = Loading(("Rules/topic/" + name + ".yaml", text))
        let output = loaded.report.rendered(as: .text)
        let path = Folders.snapshots + "/" + name + ".txt"
        if ProcessInfo.processInfo.environment["TOCSIN_RECORD_SNAPSHOTS"] == "1" {
            try output.write(toFile: path, atomically: true, encoding: .utf8)
            Issue.record("recorded \(name)")
            return
        }
        #expect(output == (try Folders.read(path)))
        #expect(!output.isEmpty)
    }
}
