"""The shell of Segue: Faust, Kafka, RocksDB, the clock, the command line."""
