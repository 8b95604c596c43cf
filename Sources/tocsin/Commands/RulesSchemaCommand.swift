public import ArgumentParser
import Evaluation
public import RuleLanguage

/// `tocsin rules schema`: the JSON Schema of rule files, for editors.
struct RulesSchemaCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema",
        abstract: "Prints the JSON Schema of rule files, for editors and other tools.",
        discussion: "It is made of the table that the loader reads by. docs/schema/ has it as files.")

    @Option(help: "rule, policy or define; a schema that takes each of them where none is given.")
    var kind: EnvelopeSchema.Kind?

    func run() throws {
        Terminal.writeRaw(EnvelopeSchema(schema: IdentitySchema.schema).text(of: kind))
    }
}

extension EnvelopeSchema.Kind: ExpressibleByArgument {}
