import ArgumentParser
import Diagnostics
import Foundation
import RuleLanguage

/// `tocsin rules fmt`: rule files in one form.
struct RulesFormatCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fmt",
        abstract: "Writes rule, policy and define files in one form: order of keys, indentation, quotes.",
        discussion: """
            Comments stay, and what a file means never changes. Exit codes: 0 done, 1 --check found files that are \
            not in their form, 2 a file is not YAML.
            """)

    @Argument(help: "Files and folders; the settings' rules and policies where none is given.")
    var paths: [String] = []

    @Flag(help: "Change nothing; name the files that are not in their form.")
    var check = false

    @OptionGroup var common: CommonOptions

    func run() throws {
        let files = try RuleSelection(paths: paths, common: common).files()
        var changed = 0
        var refused: [SourcedDiagnostic] = []
        for file in files {
            switch RuleFormatter.format(file) {
            case .formatted(let text) where text == file.text: break
            case .formatted(let text):
                changed += 1
                Terminal.write(file.name)
                if !check { try write(text, to: file.name) }
            case .left(let reason): Terminal.writeError("note: `\(file.name)` is left as it is: \(reason)")
            case .refused(let diagnostics): refused += diagnostics.map { SourcedDiagnostic(file, $0) }
            }
        }
        common.report(refused)
        Terminal.writeError("\(files.count) files, \(changed) \(check ? "not in their form" : "written anew")")
        if !refused.isEmpty { throw Outcome.usage.exit }
        if check, changed > 0 { throw Outcome.findings.exit }
    }

    private func write(_ text: String, to path: String) throws {
        do {
            try Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
        } catch {
            Terminal.writeError("error: `\(path)` cannot be written: \(error.localizedDescription)")
            throw Outcome.usage.exit
        }
    }
}
