import OneLogin
import Settings
import Store

extension Settings {
    /// The store, opened for a command.
    ///
    /// - Throws: `ExitCode` 2 when it cannot be opened; what to do is on standard error then.
    func openStore(_ access: SQLiteStore.Access) throws -> SQLiteStore {
        do throws(StoreError) {
            return try SQLiteStore.open(at: store, access: access, decoder: WireActivityDecoder())
        } catch {
            Terminal.writeError("error: \(error)\n  = help: \(error.remedy)")
            throw Outcome.usage.exit
        }
    }
}
