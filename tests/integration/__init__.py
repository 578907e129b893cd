"""Tests of several packages together: other processes, mail servers, browsers, the matrix of settings, leaks."""
