// Package main shows clients generated from the documents at work.
package main

//go:generate go tool oapi-codegen -config oapi-codegen.images.yaml openapi/images.yaml
//go:generate go tool oapi-codegen -config oapi-codegen.identity.yaml openapi/identity.yaml
