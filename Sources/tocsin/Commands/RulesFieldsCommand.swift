import ArgumentParser
import CEL
import Diagnostics
import Evaluation
import RuleLanguage

/// `tocsin rules fields`: what a condition may look at.
struct RulesFieldsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fields", abstract: "Says what conditions may look at: every field with its type and meaning.")

    @Argument(help: "activity, user, group, role, ...; all of them where none is given; `kinds` for activity.kind.")
    var subject: String?

    func run() throws {
        let schema = IdentitySchema.schema
        if subject == "kinds" {
            for kind in schema.kinds.sorted() { Terminal.write(kind) }
            return
        }
        let words = ["activity"] + schema.rows.map(\.word)
        if let subject, !words.contains(subject) {
            let hint = nearestName(to: subject, in: words + ["kinds"]).map { "; did you mean `\($0)`?" } ?? ""
            Terminal.writeError("error: there are no fields of `\(subject)`\(hint)")
            throw Outcome.usage.exit
        }
        for word in words where subject == nil || subject == word {
            let name = word == "activity" ? schema.activity : schema.row(word)?.type ?? ""
            guard let object = schema.object(name) else { continue }
            write(object, word)
        }
    }

    private func write(_ object: ObjectType, _ word: String) {
        Terminal.write("\(word)")
        let width = object.fields.map(\.name.count).max() ?? 0
        let typeWidth = object.fields.map { "\($0.type)".count }.max() ?? 0
        for field in object.fields {
            let null = field.isNullable ? "or null" : "       "
            Terminal.write("  \(pad(field.name, width))  \(pad("\(field.type)", typeWidth)) \(null)  \(field.doc)")
        }
        Terminal.write("")
    }
}
