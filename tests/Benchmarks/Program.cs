using BenchmarkDotNet.Running;
using Settlement.Tests.Benchmarks;

// In this process: the other way builds the whole program a second time, with its analyzers, for every run.
BenchmarkSwitcher.FromAssembly(typeof(Commitments).Assembly).Run([.. args, "--inProcess"]);
